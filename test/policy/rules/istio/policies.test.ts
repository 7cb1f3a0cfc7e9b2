import { forbidDottedServiceAccounts } from "../../../../policy/rules/istio/forbid-dotted-service-accounts";
import { forbidFragileDenials } from "../../../../policy/rules/istio/forbid-fragile-denials";
import { limitUnauthenticatedPaths } from "../../../../policy/rules/istio/limit-unauthenticated-paths";
import { type Manifest } from "../../../../policy/manifest";
import { changed } from "../../support";
import { cases } from "../cases";
import { requirePrincipal } from "./fixtures";

const operation = "spec.rules[0].to[0].operation";

describe("limit-unauthenticated-paths", () => {
  const open = (path: string) =>
    `${operation}.notPaths leaves out ${JSON.stringify(path)}, which is then open to everybody. Leave out /dex/* and /oauth2/* and nothing else.`;
  const hosts =
    `${operation}.notHosts leaves out ["open.example.com"], which is then open to everybody. ` +
    "Add an operation without hosts, which leaves out sign-in's paths alone.";

  cases(limitUnauthenticatedPaths, requirePrincipal, [
    [
      "lets a part of sign-in's paths pass",
      { [`${operation}.notPaths`]: ["/dex/keys", "/dex/**", "/oauth2/{**}"] },
      [],
    ],
    ...["/healthz", "*/healthz", "/dex*", "/oauth2", "/Dex/*", "/*", "*", "/dex/*/x", "/dex/{*}/x", "/assets*"].map(
      (path): [string, Record<string, unknown>, string[]] => [
        `rejects ${path}`,
        { [`${operation}.notPaths`]: ["/dex/*", path] },
        [open(path)],
      ],
    ),
    ["rejects a host that is left out", { [operation]: { notHosts: ["open.example.com"] } }, [hosts]],
    [
      "lets a host pass beside an operation for all of them",
      {
        [operation]: { notHosts: ["gate.example.com"] },
        "spec.rules[0].to[1]": { operation: { notPaths: ["/dex/*"] } },
      },
      [],
    ],
    [
      "lets a denial pass that asks for no principal",
      { "spec.rules[0].from": undefined, [`${operation}.notPaths`]: ["/x"] },
      [],
    ],
  ]);

  const custom = changed(requirePrincipal, {
    "spec.action": "CUSTOM",
    "spec.provider": { name: "oauth2-proxy" },
    "spec.rules[0].from": undefined,
    "spec.rules[0].when": [{ key: "request.headers[authorization]", notValues: ["*"] }],
  });
  cases(limitUnauthenticatedPaths, custom, [
    ["rejects what oauth2-proxy isn't asked about", { [`${operation}.notPaths`]: ["/favicon*"] }, [open("/favicon*")]],
    ["lets an allowing policy pass", { "spec.action": undefined, [`${operation}.notPaths`]: ["/x"] }, []],
  ]);

  const claims = changed(requirePrincipal, {
    "spec.rules[0].from": undefined,
    "spec.rules[0].when": [{ key: "request.auth.claims[iss]", notValues: ["https://gate.example.com/dex"] }],
  });
  cases(limitUnauthenticatedPaths, claims, [
    ["rejects what a denial by claims leaves out", { [`${operation}.notPaths`]: ["/api"] }, [open("/api")]],
  ]);
});

describe("forbid-fragile-denials", () => {
  const header = { key: "request.headers[x-tenant]", values: ["evil"] };

  cases(forbidFragileDenials, requirePrincipal, [
    [
      "advises against a method",
      { [`${operation}.methods`]: ["DELETE"] },
      [
        `${operation}.methods is ["DELETE"], and a request that spells it otherwise isn't denied. Write notMethods of what is allowed.`,
      ],
    ],
    [
      "advises against a header's value",
      { "spec.rules[0].when": [header] },
      [
        'spec.rules[0].when[0].values is ["evil"], and a request that spells it otherwise isn\'t denied. Write notValues of what is allowed.',
      ],
    ],
    ["lets a header pass that is there at all", { "spec.rules[0].when": [{ ...header, values: ["*"] }] }, []],
    [
      "lets what isn't allowed pass",
      { [`${operation}.notMethods`]: ["GET"], "spec.rules[0].when": [{ key: header.key, notValues: ["good"] }] },
      [],
    ],
    ["lets an allowing policy pass", { "spec.action": "ALLOW", [`${operation}.methods`]: ["GET"] }, []],
  ]);
});

describe("forbid-dotted-service-accounts", () => {
  const source = "spec.rules[0].from[0].source";
  const policy: Manifest = changed(requirePrincipal, {
    "spec.action": "ALLOW",
    [source]: { serviceAccounts: ["ingress/gateway"] },
  });

  cases(forbidDottedServiceAccounts, policy, [
    [
      "rejects a dot",
      { [`${source}.serviceAccounts`]: ["team/gate.way"] },
      [`${source}.serviceAccounts names "team/gate.way", whose dot stands for any sign. Name it in principals.`],
    ],
    [
      "rejects a dot in whom a rule is not for",
      { [`${source}.notServiceAccounts`]: ["a.b"] },
      [`${source}.notServiceAccounts names "a.b", whose dot stands for any sign. Name it in notPrincipals.`],
    ],
    ["lets principals have dots", { [source]: { principals: ["cluster.local/ns/team/sa/gate.way"] } }, []],
  ]);
});
