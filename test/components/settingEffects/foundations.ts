import { strict as assert } from "node:assert";
import { type Difference } from "../../program/differences";
import { existing } from "../../stacks/fixture";
import { type Effect, gatewayChart, namespaceOf, policy } from "./effect";

/** Everything with sidecars. */
const inMesh = ["auth", "gatehouse-echo", "ingress"];

/** The one place where each policy speaks of istiod. */
const toIstiod = [
  ["gatehouse-echo/allow-echo", "egress[0].to[0]"],
  ["auth/allow-dex", "egress[0].to[0]"],
  ["auth/allow-oauth2-proxy", "egress[1].to[0]"],
  ["ingress/allow-gatehouse-gateway", "egress[2].to[0]"],
  ["ingress/allow-gatehouse-gateway", "ingress[2].from[0]"],
] as const;

const moved = (from: string, to: string, ids: string[]) =>
  Object.fromEntries(
    ids.flatMap((id): [string, Difference][] => [
      [id.replace("*", from), ["present", "absent"]],
      [id.replace("*", to), ["absent", "present"]],
    ]),
  );

export const foundations: Effect[] = [
  {
    setting: "certManager.namespace",
    base: existing,
    value: "other-certificates",
    changes: moved("certificates", "other-certificates", [
      "ConfigMap */gatehouse-checked-cert-manager",
      "Secret */gatehouse-ca-1",
    ]),
  },
  {
    setting: "certManager.clusterResourceNamespace",
    base: existing,
    value: "kube-system",
    changes: moved("certificates", "kube-system", ["Secret */gatehouse-ca-1"]),
  },
  {
    setting: "istio.namespace",
    base: existing,
    value: "other-mesh",
    changes: (differences) => {
      const { present, policies } = sorted(differences);
      assert.deepEqual(present.length, 4);
      assert.ok(
        present.every((id) => /^(ConfigMap|Secret) (other-)?mesh\/gatehouse-/.test(id)),
        present.join(),
      );
      assert.deepEqual(policies, toIstiod.map(([name, peer]) => namespaceOf(name, peer)).sort());
      assert.ok(policies.every((place) => differences[place]?.join() === "mesh,other-mesh"));
    },
  },
  {
    setting: "istio.revision",
    base: existing,
    value: "stable",
    changes: {
      [gatewayChart("revision")]: [undefined, "stable"],
      ...Object.fromEntries(
        inMesh.flatMap((name): [string, Difference][] => [
          [`Namespace ${name}: metadata.labels.istio-injection`, ["enabled", undefined]],
          [`Namespace ${name}: metadata.labels.istio.io/rev`, [undefined, "stable"]],
        ]),
      ),
      ...Object.fromEntries(
        toIstiod.map(([name, peer]): [string, Difference] => [
          policy(name, `${peer}.podSelector.matchLabels.istio.io/rev`),
          [undefined, "stable"],
        ]),
      ),
    },
  },
];

function sorted(differences: Record<string, Difference>) {
  const places = Object.keys(differences).sort();
  return {
    present: places.filter((place) => differences[place]?.some((side) => side === "present")),
    policies: places.filter((place) => place.startsWith("NetworkPolicy")),
  };
}
