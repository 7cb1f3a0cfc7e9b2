import {
  type V1NetworkPolicy,
  type V1NetworkPolicyIngressRule,
  type V1NetworkPolicySpec,
  type V1Pod,
} from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { policyRules } from "../../../bed/node/network/policyRules";

const namespaces = new Map<string, Record<string, string>>([
  ["auth", { "kubernetes.io/metadata.name": "auth" }],
  ["ingress", { "kubernetes.io/metadata.name": "ingress", zone: "edge" }],
]);

function pod(namespace: string, name: string, podIP: string, extra: Partial<V1Pod["spec"]> = {}): V1Pod {
  const ports = [{ name: "http", containerPort: 4180 }];
  return {
    metadata: { namespace, name, labels: { app: name } },
    spec: { containers: [{ name: "main", ports }], ...extra },
    status: { phase: "Running", podIP },
  };
}

const proxy = pod("auth", "proxy", "10.244.0.5");
const dex = pod("auth", "dex", "10.244.0.6");
const gateway = pod("ingress", "gateway", "10.244.0.7");

function rules(spec: V1NetworkPolicySpec, pods: V1Pod[] = [proxy, dex, gateway]): string[] {
  const policy: V1NetworkPolicy = { metadata: { namespace: "auth", name: "test" }, spec };
  return policyRules({ pods, namespaces, policies: [policy] })
    .split("\n")
    .filter((line) => line.startsWith("-A BED-"));
}

const established = "-A BED-POLICY -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN";
const proxyOnly = { matchLabels: { app: "proxy" } };

describe("NetworkPolicies as rules of the kernel", () => {
  it("leave a pod alone that no policy selects", () => {
    assert.deepEqual(rules({ podSelector: { matchLabels: { app: "absent" } } }), [established]);
  });

  it("close a pod that a policy selects without a rule", () => {
    assert.deepEqual(rules({ podSelector: proxyOnly, policyTypes: ["Ingress", "Egress"] }), [
      established,
      "-A BED-POLICY -s 10.244.0.5/32 -j BED-E-0",
      "-A BED-POLICY -d 10.244.0.5/32 -j BED-I-0",
      "-A BED-E-0 -j DROP",
      "-A BED-I-0 -j DROP",
    ]);
  });

  it("let in the pods of a named namespace, at a port given by its name", () => {
    const peer = {
      namespaceSelector: { matchLabels: { zone: "edge" } },
      podSelector: { matchLabels: { app: "gateway" } },
    };
    assert.deepEqual(rules({ podSelector: proxyOnly, ingress: [{ _from: [peer], ports: [{ port: "http" }] }] }), [
      established,
      "-A BED-POLICY -d 10.244.0.5/32 -j BED-I-0",
      "-A BED-I-0 -s 10.244.0.7/32 -p tcp --dport 4180 -j RETURN",
      "-A BED-I-0 -j DROP",
    ]);
  });

  it("are the same for a policy that was listed and for one that was watched", () => {
    const watched = { from: [{ podSelector: {} }] } as V1NetworkPolicyIngressRule;
    const listed = { _from: [{ podSelector: {} }] };
    assert.deepEqual(
      rules({ podSelector: proxyOnly, ingress: [watched] }),
      rules({ podSelector: proxyOnly, ingress: [listed] }),
    );
  });

  it("take a peer without a namespace from the policy's own", () => {
    const everyPod = rules({ podSelector: proxyOnly, ingress: [{ _from: [{ podSelector: {} }] }] });
    assert.deepEqual(everyPod.slice(2, -1), [
      "-A BED-I-0 -s 10.244.0.5/32 -j RETURN",
      "-A BED-I-0 -s 10.244.0.6/32 -j RETURN",
    ]);
  });

  it("let out to a block without its exceptions, at a range of ports", () => {
    const to = [{ ipBlock: { cidr: "172.18.0.0/31", except: ["172.18.0.1/32"] } }];
    const found = rules({
      podSelector: proxyOnly,
      policyTypes: ["Egress"],
      egress: [{ to, ports: [{ port: 80, endPort: 90, protocol: "UDP" }] }],
    });
    assert.deepEqual(found.slice(2), [
      "-A BED-E-0 -d 172.18.0.0/32 -p udp --dport 80:90 -j RETURN",
      "-A BED-E-0 -j DROP",
    ]);
  });

  it("let everything in where a rule names nobody and no port", () => {
    assert.equal(rules({ podSelector: proxyOnly, ingress: [{}] })[2], "-A BED-I-0 -s 0.0.0.0/0 -j RETURN");
  });

  it("let nobody in at a named port that the pod does not have", () => {
    const found = rules({ podSelector: proxyOnly, ingress: [{ ports: [{ port: "metrics" }] }] });
    assert.deepEqual(found.slice(2), ["-A BED-I-0 -j DROP"]);
  });

  it("do not touch pods that share the node's network, or that have ended", () => {
    const shared = pod("auth", "proxy", "172.18.0.2", { hostNetwork: true });
    const ended = { ...proxy, status: { phase: "Succeeded", podIP: "10.244.0.5" } };
    assert.deepEqual(rules({ podSelector: {} }, [shared, ended]), [established]);
  });

  it("fail on an operator that Kubernetes does not know", () => {
    const podSelector = { matchExpressions: [{ key: "app", operator: "Like", values: ["p"] }] };
    assert.throws(() => rules({ podSelector }), /operator Like/);
  });
});
