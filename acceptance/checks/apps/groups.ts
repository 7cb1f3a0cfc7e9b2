import { type Check } from "../../check";
import { ask } from "../../http/request";
import { seenByBackend } from "../../echo";
import { bearer } from "../../tokens/ask";
import { grantIdToken } from "../../tokens/grant";
import { somebody } from "../../tokens/parts";
import { expectRefused, whatCame } from "../../tokens/refusal";
import { appOf, closedAppOf } from "./theApp";

/** Who gets through the gate need not get to every application. */
export const appGroups: Check = {
  area: "apps",
  name: "groups",
  proves:
    "An application is open to members of its groups and refuses everybody else with 403, also whoever writes the groups into a header, another host or another path.",
  mend: "The AuthorizationPolicy `app-<name>-<hash>` in the gateway's namespace denies by the claims of each issuer (components/appAccess.ts).",
  exercises: ["gateway", "Dex", "istiod"],
  needs: ["app", "closed-app", "user", "client"],
  async run({ target, probe, signal }) {
    const [app, closed] = [appOf(target), closedAppOf(target)];
    const person = somebody(target);
    const token = await grantIdToken(target, person, { signal });
    const open = await ask(target, app, "/probe", { headers: [bearer(token)], signal });
    const seen = seenByBackend(open);
    probe.expect(
      seen?.user === person.email,
      `${app.hostname} is open to ${person.email}`,
      `${app.hostname} should be open to ${person.email}; came ${whatCame(open)}`,
    );
    const plainToken = await grantIdToken(target, person, { scope: "openid email", signal });
    const tries: [what: string, token: string, path: string, headers: [string, string][]][] = [
      ["a member of other groups", token, "/probe", []],
      ["a member of no group", plainToken, "/probe", []],
      ["with groups in a header", token, "/probe", [["kubeflow-groups", "nobody-is-in-this-group"]]],
      ["with the port in the host", token, "/probe", [["Host", `${closed.hostname}:443`]]],
      ["with another port in the host", token, "/probe", [["Host", `${closed.hostname}:8443`]]],
      ["with the host in upper case", token, "/probe", [["Host", closed.hostname.toUpperCase()]]],
      ["with another host forwarded", token, "/probe", [["X-Forwarded-Host", app.host]]],
      ["at sign-in's path", token, "/oauth2/probe", []],
      ["at Dex's path", token, "/dex/probe", []],
      ["at a path with dots", token, "/dex/../probe", []],
    ];
    for (const [what, shown, path, headers] of tries) {
      expectRefused(probe, await ask(target, closed, path, { headers: [bearer(shown), ...headers], signal }), what);
    }
    const dotted = await ask(target, closed, "/probe", {
      headers: [bearer(token), ["Host", `${closed.hostname}.`]],
      signal,
    });
    probe.expect(
      seenByBackend(dotted) === undefined,
      `with a dot after the host: ${dotted.status}`,
      `with a dot after the host: should not get in; came ${whatCame(dotted)}`,
    );
  },
};
