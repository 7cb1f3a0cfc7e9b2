import { requireMemoryLimits } from "../../../../policy/rules/pods/require-memory-limits";
import { changed } from "../../support";
import { cases } from "../cases";
import { container, deployment } from "./fixtures";

describe("require-memory-limits", () => {
  const place = `${container}.resources.limits.memory`;
  const dex = changed(deployment, {
    [`${container}.image`]: "ghcr.io/dexidp/dex:v2.45.1",
    [`${container}.resources`]: { limits: { memory: "256Mi" } },
  });
  const said = (value: string) => [`${place} is ${value}, in a pod of Dex. Write one, for example 256Mi.`];

  cases(requireMemoryLimits, dex, [
    ["rejects an identity service without resources", { [`${container}.resources`]: undefined }, said("absent")],
    ["rejects a limit of CPU alone", { [`${container}.resources.limits`]: { cpu: "1" } }, said("absent")],
    ["rejects 0, which is no limit", { [place]: 0 }, said("0")],
    ["takes a number of bytes", { [place]: 268435456 }, []],
    [
      "leaves other pods alone",
      { [`${container}.image`]: "registry.example.com/web:v1.2.3", [`${container}.resources`]: undefined },
      [],
    ],
  ]);
});
