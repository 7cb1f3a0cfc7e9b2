import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { forbidHeaderVariables } from "../../../../policy/rules/network/forbid-header-variables";
import { forbidMetadataEgress } from "../../../../policy/rules/network/forbid-metadata-egress";
import { requireIdentityNetworkPolicy } from "../../../../policy/rules/network/require-identity-network-policy";
import { changed, messages, together } from "../../support";
import { container, deployment } from "../pods/fixtures";

const policy: Manifest = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "web", namespace: "auth" },
  spec: {
    podSelector: { matchLabels: { app: "web" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress" } },
            podSelector: { matchLabels: { istio: "gateway" } },
          },
        ],
        ports: [{ port: 4180 }],
      },
    ],
    egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }], ports: [{ port: 443 }] }],
  },
};

describe("forbid-metadata-egress", () => {
  const peer = "spec.egress[0].to[0].ipBlock";
  const to = (cidr: unknown, ...except: unknown[]) =>
    changed(policy, { "spec.egress.0.to.0.ipBlock": { cidr, ...(except.length > 0 && { except }) } });
  const everything =
    "spec.egress[0].to is absent, so the pods reach everything, the metadata server too. Name the destinations.";
  const message = (cidr: string, missing: string) =>
    `${peer}.cidr is ${cidr}, which has the metadata server in it. Write except: [${missing}].`;

  it("lets a policy pass that leaves the metadata server out", () => {
    assert.deepEqual(messages(forbidMetadataEgress, policy), []);
  });

  for (const [what, manifest] of [
    ["addresses without it", to("10.0.0.0/8")],
    ["that one address, which somebody means", to("169.254.169.254/32")],
    ["everything but a range that it is in", to("0.0.0.0/0", "169.254.0.0/16")],
    ["all of IPv6 but the clouds' servers", to("::/0", "fd00:ec2::254/128", "fd20:ce::254/128")],
    ["public IPv6", to("2000::/3")],
    ["names alone", changed(policy, { "spec.egress": [{ ports: [{ port: 53, protocol: "UDP" }, { port: 53 }] }] })],
    ["no egress", changed(policy, { "spec.egress": [] })],
    ["a policy about ingress alone", changed(policy, { "spec.policyTypes": ["Ingress"], "spec.egress": [{}] })],
    ["pods by their labels", changed(policy, { "spec.egress.0.to": [{ podSelector: {} }] })],
    ["another kind", changed(policy, { kind: "Other", "spec.egress": [{}] })],
  ] as const) {
    it(`lets ${what} pass`, () => {
      assert.deepEqual(messages(forbidMetadataEgress, manifest), []);
    });
  }

  for (const [what, manifest, expected] of [
    ["everything", to("0.0.0.0/0"), message('"0.0.0.0/0"', "169.254.169.254/32")],
    ["link-local addresses", to("169.254.0.0/16"), message('"169.254.0.0/16"', "169.254.169.254/32")],
    ["half of everything", to("128.0.0.0/1"), message('"128.0.0.0/1"', "169.254.169.254/32")],
    ["all but another address", to("0.0.0.0/0", "10.0.0.0/8"), message('"0.0.0.0/0"', "169.254.169.254/32")],
    ["all but what can't be read", to("0.0.0.0/0", "metadata"), message('"0.0.0.0/0"', "169.254.169.254/32")],
    ["all of IPv6", to("::/0"), message('"::/0"', "fd00:ec2::254/128, fd20:ce::254/128")],
    ["IPv6 without Google's server", to("::/0", "fd00:ec2::254/128"), message('"::/0"', "fd20:ce::254/128")],
    [
      "a range that can't be read",
      to("everywhere"),
      message('"everywhere"', "169.254.169.254/32, fd00:ec2::254/128, fd20:ce::254/128"),
    ],
    ["a rule that allows all", changed(policy, { "spec.egress": [{}] }), everything],
    ["a rule with ports alone", changed(policy, { "spec.egress": [{ ports: [{ port: 443 }] }] }), everything],
    ["ports from 53 on", changed(policy, { "spec.egress": [{ ports: [{ port: 53, endPort: 80 }] }] }), everything],
    [
      "a policy without policyTypes",
      changed(policy, { "spec.policyTypes": undefined, "spec.egress": [{}] }),
      everything,
    ],
    [
      "a policy of the old group",
      changed(policy, { apiVersion: "extensions/v1beta1", "spec.egress": [{}] }),
      everything,
    ],
  ] as const) {
    it(`rejects ${what}`, () => {
      assert.deepEqual(messages(forbidMetadataEgress, manifest), [expected]);
    });
  }
});

describe("require-identity-network-policy", () => {
  const rule = requireIdentityNetworkPolicy;
  const proxy = changed(deployment, {
    "metadata.namespace": "auth",
    [`${container}.image`]: "quay.io/oauth2-proxy/oauth2-proxy:v7.15.5",
  });
  const unguarded = (service: string, namespace = "auth") =>
    `spec.template.metadata.labels is selected by no NetworkPolicy for ingress in the namespace "${namespace}", so ` +
    `every pod of the cluster reaches ${service}. Add one that lets in the gateway's pods.`;
  const open = (what: string) => `${what}, so everybody reaches oauth2-proxy. Name the gateway's namespace and pods.`;
  const from = (...peers: object[]) => changed(policy, { "spec.ingress.0.from": peers });

  it("lets a service pass that only the gateway reaches", () => {
    assert.deepEqual(together(rule, [proxy, policy]), []);
  });

  it("leaves other pods alone", () => {
    assert.deepEqual(together(rule, [deployment]), []);
  });

  for (const [image, service] of [
    ["quay.io/oauth2-proxy/oauth2-proxy:v7.15.5", "oauth2-proxy"],
    ["ghcr.io/dexidp/dex:v2.45.1", "Dex"],
    ["ghcr.io/kubeflow/kfp-api-server:2.17.0", "ml-pipeline"],
  ] as const) {
    it(`rejects ${service} without a policy`, () => {
      assert.deepEqual(together(rule, [changed(proxy, { [`${container}.image`]: image })]), [[0, unguarded(service)]]);
    });
  }

  for (const [what, change] of [
    ["of another namespace", { "metadata.namespace": "other" }],
    ["for other pods", { "spec.podSelector": { matchLabels: { app: "other" } } }],
    ["for egress alone", { "spec.policyTypes": ["Egress"] }],
    ["of another group", { apiVersion: "crd.projectcalico.org/v1" }],
  ] as const) {
    it(`doesn't count a policy ${what}`, () => {
      assert.deepEqual(together(rule, [proxy, changed(policy, change)]), [[0, unguarded("oauth2-proxy")]]);
    });
  }

  for (const [what, change] of [
    ["that says nothing of its types", { "spec.policyTypes": undefined }],
    ["for every pod", { "spec.podSelector": {} }],
    ["that lets nobody in", { "spec.ingress": undefined }],
    ["by expressions", { "spec.podSelector": { matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] } }],
  ] as const) {
    it(`counts a policy ${what}`, () => {
      assert.deepEqual(together(rule, [proxy, changed(policy, change)]), []);
    });
  }

  for (const [what, manifest, message] of [
    ["lets everybody in", changed(policy, { "spec.ingress": [{}] }), open("spec.ingress[0].from is absent")],
    [
      "lets everybody in on a port",
      changed(policy, { "spec.ingress.0.from": undefined }),
      open("spec.ingress[0].from is absent"),
    ],
    [
      "lets every address in",
      from({ ipBlock: { cidr: "0.0.0.0/0" } }),
      open('spec.ingress[0].from[0] has the cidr "0.0.0.0/0"'),
    ],
    [
      "lets every namespace in",
      from({ namespaceSelector: {} }),
      open("spec.ingress[0].from[0] takes every pod of every namespace"),
    ],
    [
      "lets every pod of every namespace in",
      from({ namespaceSelector: {}, podSelector: {} }),
      open("spec.ingress[0].from[0] takes every pod of every namespace"),
    ],
  ] as const) {
    it(`rejects a policy that ${what}`, () => {
      assert.deepEqual(together(rule, [proxy, manifest]), [[1, message]]);
    });
  }

  it("rejects one open policy beside a closed one, because they add up", () => {
    assert.deepEqual(together(rule, [proxy, policy, changed(policy, { "spec.ingress": [{}] })]), [
      [2, open("spec.ingress[0].from is absent")],
    ]);
  });

  for (const [what, peer] of [
    ["its own namespace", { podSelector: {} }],
    ["some pods of every namespace", { namespaceSelector: {}, podSelector: { matchLabels: { app: "prometheus" } } }],
    ["some addresses", { ipBlock: { cidr: "10.0.0.0/28" } }],
  ] as const) {
    it(`lets a policy pass that lets ${what} in`, () => {
      assert.deepEqual(together(rule, [proxy, from(peer)]), []);
    });
  }

  it("leaves an open policy for other pods alone", () => {
    const other = changed(policy, { "spec.podSelector.matchLabels.app": "other", "spec.ingress": [{}] });
    assert.deepEqual(together(rule, [proxy, policy, other]), []);
  });

  it("rejects an operator that Kubernetes doesn't know", () => {
    const odd = changed(policy, { "spec.podSelector": { matchExpressions: [{ key: "app", operator: "Like" }] } });
    assert.deepEqual(together(rule, [proxy, odd]), [
      [
        0,
        "require-identity-network-policy can't check this object: a label selector has the operator Like, which " +
          "Kubernetes does not know. What can't be checked is not let through.",
      ],
    ]);
  });
});

describe("forbid-header-variables", () => {
  const key = "notebooks.kubeflow.org/http-headers-request-set";
  const notebook = (value?: string): Manifest => ({
    apiVersion: "kubeflow.org/v1",
    kind: "Notebook",
    metadata: { name: "lab", namespace: "team", ...(value !== undefined && { annotations: { [key]: value } }) },
    spec: { template: { spec: { containers: [{ name: "lab", image: "lab:v1.0.0" }] } } },
  });
  const message = (where: string) =>
    `${where}["${key}"] has a percent sign, which Envoy takes for a variable's. Remove it.`;

  it("lets a notebook without headers pass, and one with fixed texts", () => {
    assert.deepEqual(messages(forbidHeaderVariables, notebook()), []);
    assert.deepEqual(messages(forbidHeaderVariables, notebook('{"X-RStudio-Root-Path":"/notebook/team/lab/"}')), []);
  });

  for (const value of ['{"X-Token":"%REQ(Authorization)%"}', '{"X-Cookie":"%REQ(Cookie)%"}', '{"X-Half":"50%%"}']) {
    it(`rejects ${value}`, () => {
      assert.deepEqual(messages(forbidHeaderVariables, notebook(value)), [message("metadata.annotations")]);
    });
  }

  it("looks at the pod's template too", () => {
    const manifest = changed(notebook(), { "spec.template.metadata": { annotations: { [key]: "%REQ(Cookie)%" } } });
    assert.deepEqual(messages(forbidHeaderVariables, manifest), [message("spec.template.metadata.annotations")]);
  });

  it("says it once about a pod, whose annotations are its own", () => {
    const manifest: Manifest = {
      ...notebook("%REQ(Cookie)%"),
      apiVersion: "v1",
      kind: "Pod",
      spec: { containers: [] },
    };
    assert.deepEqual(messages(forbidHeaderVariables, manifest), [message("metadata.annotations")]);
  });
});
