import { type Manifest } from "../../../../policy/manifest";
import { requireBlockedJwksRanges } from "../../../../policy/rules/istio/require-blocked-jwks-ranges";
import { requireIstiodAuthentication } from "../../../../policy/rules/istio/require-istiod-authentication";
import { requireScopedGateways } from "../../../../policy/rules/istio/require-scoped-gateways";
import { cases } from "../cases";

const ranges = "127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10";
const place = "spec.template.spec.containers[0].env";

const deployment: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "istiod", namespace: "istio-system" },
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: "discovery",
            env: [
              { name: "PILOT_SCOPE_GATEWAY_TO_NAMESPACE", value: "true" },
              { name: "BLOCKED_CIDRS_IN_JWKS_URIS", value: ranges },
              { name: "XDS_AUTH", value: "true" },
            ],
          },
        ],
      },
    },
  },
};

const release: Manifest = {
  apiVersion: "helm.sh/v3",
  kind: "Release",
  chart: "istio/istiod",
  values: { env: { PILOT_SCOPE_GATEWAY_TO_NAMESPACE: true, BLOCKED_CIDRS_IN_JWKS_URIS: ranges } },
};

const operator: Manifest = {
  apiVersion: "install.istio.io/v1alpha1",
  kind: "IstioOperator",
  spec: {
    components: { pilot: { k8s: { env: [{ name: "PILOT_SCOPE_GATEWAY_TO_NAMESPACE", value: "true" }] } } },
    values: { pilot: { env: { BLOCKED_CIDRS_IN_JWKS_URIS: ranges } } },
  },
};

describe("require-istiod-authentication", () => {
  const on = "Write true, or remove it: whoever reaches istiod could read or take what is another's.";
  const said = (name: string, field: string, value: string, mend = on) => `${name} in ${field} is ${value}. ${mend}`;
  const variable = (name: string, value: string) => ({ [`${place}[2]`]: { name, value } });

  cases(requireIstiodAuthentication, deployment, [
    ...[
      "ENABLE_DEBUG_ENDPOINT_AUTH",
      "XDS_AUTH",
      "PILOT_ENABLE_XDS_IDENTITY_CHECK",
      "ENABLE_XDS_API_GENERATOR_AUTH",
    ].map((name): [string, Record<string, unknown>, string[]] => [
      `rejects ${name}: "false"`,
      variable(name, "false"),
      [said(name, `${place}[2].value`, '"false"')],
    ]),
    ["rejects Go's other words for it", variable("XDS_AUTH", "F"), [said("XDS_AUTH", `${place}[2].value`, '"F"')]],
    [
      "rejects a word that Go doesn't know",
      variable("XDS_AUTH", "off"),
      [said("XDS_AUTH", `${place}[2].value`, '"off"')],
    ],
    [
      "rejects plain connections",
      variable("XDS_AUTH_PLAINTEXT", "1"),
      [
        said(
          "XDS_AUTH_PLAINTEXT",
          `${place}[2].value`,
          '"1"',
          "Write false, or remove it: identities would be taken from connections without TLS.",
        ),
      ],
    ],
    [
      "rejects gateways that are trusted by address",
      variable("TRUSTED_GATEWAY_CIDR", "10.0.0.0/8"),
      [
        said(
          "TRUSTED_GATEWAY_CIDR",
          `${place}[2].value`,
          '"10.0.0.0/8"',
          "Remove it: somebody else's word would count for who asks, or for the mesh's configuration.",
        ),
      ],
    ],
    [
      "rejects a value from elsewhere",
      { [`${place}[2]`]: { name: "XDS_AUTH", valueFrom: { configMapKeyRef: { name: "a", key: "b" } } } },
      [`XDS_AUTH in ${place}[2].value comes from elsewhere and can't be seen. ${on}`],
    ],
    [
      "takes the last of a name",
      { [`${place}[3]`]: { name: "XDS_AUTH", value: "false" } },
      [said("XDS_AUTH", `${place}[3].value`, '"false"')],
    ],
    ...["DaemonSet", "StatefulSet", "Rollout"].map((kind): [string, Record<string, unknown>, string[]] => [
      `rejects it in a ${kind}`,
      { kind, ...variable("XDS_AUTH", "false") },
      [said("XDS_AUTH", `${place}[2].value`, '"false"')],
    ]),
    [
      "rejects it under any name of its image",
      {
        "metadata.name": "other",
        "spec.template.spec.containers[0].name": "app",
        "spec.template.spec.containers[0].image": "registry.example.com/istio/pilot:1.31.1",
        ...variable("XDS_AUTH", "false"),
      },
      [said("XDS_AUTH", `${place}[2].value`, '"false"')],
    ],
    ...[
      ["a script sets", "command", ["sh", "-c", "XDS_AUTH=false exec pilot-discovery discovery"], 2, '"false"'],
      ["a script exports", "args", ["-c", "export XDS_AUTH='0'; exec pilot-discovery discovery"], 1, '"0"'],
      ["`env` sets", "command", ["env", "XDS_AUTH=false", "pilot-discovery", "discovery"], 1, '"false"'],
    ].map(([what, key, words, at, value]): [string, Record<string, unknown>, string[]] => [
      `rejects what ${String(what)}`,
      { [`spec.template.spec.containers[0].${String(key)}`]: words },
      [said("XDS_AUTH", `spec.template.spec.containers[0].${String(key)}[${String(at)}]`, String(value))],
    ]),
    [
      "rejects what a script makes up",
      { "spec.template.spec.containers[0].command": ["sh", "-c", 'XDS_AUTH="$WORD" exec pilot-discovery discovery'] },
      [`XDS_AUTH in spec.template.spec.containers[0].command[2] comes from elsewhere and can't be seen. ${on}`],
    ],
    [
      "lets what a script sets to the default pass, and flags",
      {
        "spec.template.spec.containers[0].command": ["sh", "-c", "XDS_AUTH=true exec pilot-discovery discovery"],
        "spec.template.spec.containers[0].args": ["--keepaliveMaxServerConnectionAge=30m", "--XDS_AUTH=false"],
      },
      [],
    ],
    [
      "leaves other programs alone",
      { "metadata.name": "other", "spec.template.spec.containers[0].name": "app", ...variable("XDS_AUTH", "false") },
      [],
    ],
  ]);

  cases(requireIstiodAuthentication, release, [
    [
      "rejects it in a chart's values",
      { "values.env.XDS_AUTH": false },
      [said("XDS_AUTH", "values.env.XDS_AUTH", '"false"')],
    ],
    [
      "rejects it in values of pilot",
      { "values.pilot.env.XDS_AUTH": "false" },
      [said("XDS_AUTH", "values.pilot.env.XDS_AUTH", '"false"')],
    ],
  ]);
});

describe("require-scoped-gateways", () => {
  const mend = 'Write "true": anybody with a namespace could open a listener on the gateway.';
  const name = "PILOT_SCOPE_GATEWAY_TO_NAMESPACE";

  cases(requireScopedGateways, deployment, [
    ["rejects Istio's default", { [place]: [] }, [`${name} in ${place} is absent. ${mend}`]],
    ["rejects false", { [`${place}[0].value`]: "false" }, [`${name} in ${place}[0].value is "false". ${mend}`]],
  ]);
  cases(requireScopedGateways, release, [
    ["rejects a chart's default", { "values.env": undefined }, [`${name} in values.env is absent. ${mend}`]],
    ["leaves other charts alone", { "values.env": {}, chart: "gateway" }, []],
  ]);
  cases(requireScopedGateways, operator, [
    [
      "rejects an operator's default",
      { "spec.components": undefined },
      [`${name} in spec.components.pilot.k8s.env is absent. ${mend}`],
    ],
  ]);
});

describe("require-blocked-jwks-ranges", () => {
  const mend = `Have ${ranges} in it: istiod could be led to the metadata server (CVE-2026-41413).`;
  const name = "BLOCKED_CIDRS_IN_JWKS_URIS";

  cases(requireBlockedJwksRanges, deployment, [
    ["rejects Istio's default", { [place]: [] }, [`${name} in ${place} is absent. ${mend}`]],
    [
      "rejects a part of them",
      { [`${place}[1].value`]: "169.254.0.0/16" },
      [`${name} in ${place}[1].value is "169.254.0.0/16". ${mend}`],
    ],
    ["lets more of them pass", { [`${place}[1].value`]: `10.0.0.0/8, ${ranges}` }, []],
  ]);
  cases(requireBlockedJwksRanges, deployment, [
    [
      "lets keys pass that istiod fetches",
      { [`${place}[2]`]: { name: "PILOT_JWT_ENABLE_REMOTE_JWKS", value: "istiod" } },
      [],
    ],
    ...["true", "hybrid", "envoy"].map((value): [string, Record<string, unknown>, string[]] => [
      `rejects keys that Envoy fetches: ${value}`,
      { [`${place}[2]`]: { name: "PILOT_JWT_ENABLE_REMOTE_JWKS", value } },
      [
        `PILOT_JWT_ENABLE_REMOTE_JWKS in ${place}[2].value is "${value}". ` +
          "Write false: Envoy would ask for keys itself, and knows nothing of the ranges.",
      ],
    ]),
  ]);
  cases(requireBlockedJwksRanges, operator, [
    [
      "rejects an operator's default",
      { "spec.values": undefined },
      [`${name} in spec.components.pilot.k8s.env is absent. ${mend}`],
    ],
  ]);
});
