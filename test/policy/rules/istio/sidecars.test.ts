import { type Manifest } from "../../../../policy/manifest";
import { requireIdentitySidecars } from "../../../../policy/rules/istio/require-identity-sidecars";
import { casesTogether, type TogetherCase } from "../cases";

describe("require-identity-sidecars", () => {
  const dex: Manifest = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "dex", namespace: "auth" },
    spec: {
      template: {
        metadata: { labels: { app: "dex" } },
        spec: { containers: [{ name: "dex", image: "ghcr.io/dexidp/dex:v2.45.1" }] },
      },
    },
  };
  const namespace: Manifest = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "auth", labels: { "istio-injection": "enabled" } },
  };
  const mesh: Manifest = {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: { name: "default", namespace: "istio-system" },
    spec: { mtls: { mode: "STRICT" } },
  };
  const template = "spec.template.metadata";
  const labelled = (labels: unknown) => ({ "metadata.labels": labels });
  const out: [number, string] = [
    0,
    'The namespace "auth" has no label that gives its pods sidecars, so Dex is out of the mesh. ' +
      "Label it istio-injection: enabled.",
  ];

  casesTogether(requireIdentitySidecars, [dex, namespace, mesh], [
    ["rejects a namespace without a label", { 1: labelled(undefined) }, [out]],
    ["rejects one that says disabled", { 1: labelled({ "istio-injection": "disabled" }) }, [out]],
    [
      "rejects one that says disabled beside a revision, which Istio then passes over",
      { 1: labelled({ "istio-injection": "disabled", "istio.io/rev": "stable" }) },
      [out],
    ],
    ["takes a revision", { 1: labelled({ "istio.io/rev": "stable" }) }, []],
    ["takes the ambient mode", { 1: labelled({ "istio.io/dataplane-mode": "ambient" }) }, []],
    [
      "rejects a pod that asks for none",
      { 0: { [`${template}.labels`]: { app: "dex", "sidecar.istio.io/inject": "false" } } },
      [[0, `${template}.labels["sidecar.istio.io/inject"] is "false", so Dex is out of the mesh. Remove it.`]],
    ],
    [
      "rejects a pod that asks for none by an annotation",
      { 0: { [`${template}.annotations`]: { "sidecar.istio.io/inject": "false" } } },
      [[0, `${template}.annotations["sidecar.istio.io/inject"] is "false", so Dex is out of the mesh. Remove it.`]],
    ],
    [
      "takes a pod that asks for one itself",
      {
        0: { [`${template}.labels`]: { app: "dex", "sidecar.istio.io/inject": "true" } },
        1: labelled(undefined),
      },
      [],
    ],
    ...(
      [
        ["traffic.sidecar.istio.io/excludeInboundPorts", "5558, 5556"],
        ["traffic.sidecar.istio.io/includeInboundPorts", ""],
        ["sidecar.istio.io/interceptionMode", "NONE"],
        ["ambient.istio.io/bypass-inbound-capture", "true"],
        ["proxy.istio.io/config", 'proxyMetadata: { DISABLE_ENVOY: "true" }'],
      ] as const
    ).map(([key, value]): TogetherCase => [
      `rejects a pod with ${key}: ${value}`,
      { 0: { [`${template}.annotations`]: { [key]: value } } },
      [[0, `${template}.annotations["${key}"] has requests pass it by, so Dex is out of the mesh. Remove it.`]],
    ]),
    [
      "rejects a pod that an ambient mesh leaves out",
      { 0: { [`${template}.labels`]: { app: "dex", "istio.io/dataplane-mode": "none" } } },
      [
        [
          0,
          `${template}.labels["istio.io/dataplane-mode"] has requests pass it by, so Dex is out of the mesh. Remove it.`,
        ],
      ],
    ],
    [
      "rejects a pod in the node's network, which gets no sidecar",
      { 0: { "spec.template.spec.hostNetwork": true } },
      [[0, "spec.template.spec.hostNetwork has requests pass it by, so Dex is out of the mesh. Remove it."]],
    ],
    [
      "lets a port of metrics be left out",
      { 0: { [`${template}.annotations`]: { "traffic.sidecar.istio.io/excludeInboundPorts": "5558" } } },
      [],
    ],
    ["leaves a namespace alone that isn't here", { 1: undefined }, []],
    ["asks for nothing where there is no mesh", { 1: labelled(undefined), 2: undefined }, []],
    [
      "leaves other pods alone",
      {
        0: {
          [`${template}.labels`]: { app: "web" },
          "spec.template.spec.containers[0].image": "registry.example.com/web:v1.2.3",
        },
        1: labelled(undefined),
      },
      [],
    ],
  ] satisfies TogetherCase[]);
});
