import assert from "node:assert/strict";
import { stringify } from "yaml";
import { type Manifest } from "../../../../policy/manifest";
import { type Rule, type StackRule } from "../../../../policy/rule";
import * as gateway from "../../../../policy/rules/gateway";
import * as istio from "../../../../policy/rules/istio";
import { recordEverything, recordPlatform } from "../../../program/record";
import { type Recording } from "../../../program/recording";
import { changed, existing, production, settingsOf } from "../../../stacks/fixture";
import * as modes from "../../../stacks/modes";
import { messages, together } from "../../support";

const rules: readonly Rule[] = [...istio.rules, ...gateway.rules];
const stackRules: readonly StackRule[] = [...istio.stackRules, ...gateway.stackRules];

/** A recording's objects with what the istiod chart makes of its values, which no recording renders. */
function objectsOf({ objects, charts }: Recording): Manifest[] {
  const istiod = charts.find(({ chart }) => chart === "istiod");
  const rendered: Manifest[] =
    istiod === undefined
      ? []
      : [
          { apiVersion: "helm.sh/v3", kind: "Release", chart: "istiod", values: istiod.values },
          {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "istio", namespace: "istio-system" },
            data: { mesh: stringify(istiod.values["meshConfig"]) },
          },
        ];
  return [...objects.map(({ manifest }) => manifest as unknown as Manifest), ...rendered];
}

function said(manifests: readonly Manifest[]): string[] {
  return [
    ...manifests.flatMap((manifest) => rules.flatMap((rule) => messages(rule, manifest))),
    ...stackRules.flatMap((rule) => together(rule, manifests).map(([, message]) => `${rule.name}: ${message}`)),
  ];
}

/** The production stack's ingress has no settings of its own. */
const behindBalancer = { ingress: { trustedRanges: ["10.0.0.0/16"] } };

describe("the rules about Istio, Envoy and gateways have nothing against", () => {
  const stacks: [string, () => Promise<Recording>][] = [
    ["a production stack", () => recordPlatform(settingsOf(production()))],
    ["a stack with everything in it", recordEverything],
    [
      "a stack behind the PROXY protocol",
      () =>
        recordPlatform(
          settingsOf(
            changed({ ...production(), ...behindBalancer }, "ingress.clientAddress.proxyProtocol", "required"),
          ),
        ),
    ],
    ["a stack whose load balancer ends TLS", () => recordPlatform(settingsOf(modes.offload()))],
    ["a stack with HTTP-01 challenges", () => recordPlatform(settingsOf(modes.http01()))],
    ["a stack at an address", () => recordPlatform(settingsOf(modes.kindByAddress()))],
  ];
  for (const [what, recorded] of stacks) {
    it(what, async () => {
      const manifests = objectsOf(await recorded());
      assert.ok(manifests.length > 50);
      assert.deepEqual(said(manifests), []);
    });
  }

  it("a stack on somebody else's Istio, whose mesh configuration is not among its objects", async () => {
    const recording = await recordPlatform(settingsOf({ ...production(), ...existing() }));
    assert.deepEqual(
      said(objectsOf(recording)).map((message) => message.split(":")[0]),
      ["require-mesh-config"],
    );
  });
});
