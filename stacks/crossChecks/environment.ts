import { comparing } from "./comparing";

export const developmentOnly = comparing(
  ["environment", "identity", "echo"],
  function* ({ environment, identity, echo }, quote) {
    if (environment !== "dev" && identity.staticUsers.length > 0) {
      yield {
        path: ["identity", "staticUsers"],
        value: identity.staticUsers.map((user) => user.email),
        mend: `passwords in Dex are for dev only, and this stack is ${quote("environment", environment)}: remove the users and add identity.connectors`,
      };
    }
    if (environment !== "dev" && echo.enabled) {
      yield {
        path: ["echo", "enabled"],
        value: true,
        mend: `the echo shows request headers and is for dev only, and this stack is ${quote("environment", environment)}: remove the setting`,
      };
    }
  },
);
