import { type ResourceValidation, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";
import assert from "node:assert/strict";
import { crossguardPolicies } from "../../policy/crossguard";
import { Exemptions } from "../../policy/exemptions";
import { type Rule, type RuleFacts, type StackRule, violation } from "../../policy/rule";
import { ruleFacts, unknownCheckingProxy } from "./support";

const facts: RuleFacts = {
  ...ruleFacts,
  name: "forbid-everything",
  title: "Everything",
  enforcementLevel: "mandatory",
};
const rule: Rule = { ...facts, check: () => [violation("", "wrong")] };
const stackRule: StackRule = {
  ...facts,
  name: "forbid-all-together",
  checkTogether: (members) => [
    ...members.map((about) => ({ about, finding: violation("", "wrong") })),
    { about: undefined, finding: violation("", "something is missing") },
  ],
};
const exemption = {
  kind: "ConfigMap",
  namespace: "auth",
  name: "a",
  reason: "a reason to test",
  expires: "2026-06-30",
};
const configMap = (name: string, namespace?: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...(namespace !== undefined && { namespace }) },
});

/** A pack that was given its config, and what it says. */
function pack(config: Record<string, unknown>, today = "2026-06-30") {
  const policies = crossguardPolicies([rule, stackRule], { exemptions: new Exemptions(() => today) });
  const getConfig = (name: string) => () => (config[name] ?? {}) as never;
  return {
    resource: (
      props: Record<string, unknown>,
      type = "kubernetes:core/v1:ConfigMap",
      provider: Record<string, unknown> = {},
    ) => {
      const said: string[] = [];
      const args = {
        type,
        props: unknownCheckingProxy(props),
        provider: { props: provider },
        getConfig: getConfig(rule.name),
      };
      const { validateResource } = policies[0] as ResourceValidationPolicy & { validateResource: ResourceValidation };
      void validateResource(args as never, (message) => said.push(message));
      return said;
    },
    stack: (...all: Record<string, unknown>[]) => {
      const said: string[] = [];
      for (const policy of policies.filter((one): one is StackValidationPolicy => "validateStack" in one)) {
        const resources = all.map((props) => ({
          type: "kubernetes:core/v1:ConfigMap",
          urn: `urn:${(props["metadata"] as { name: string }).name}`,
          props: unknownCheckingProxy(props),
        }));
        void policy.validateStack({ resources, getConfig: getConfig(policy.name) } as never, (message, urn) =>
          said.push(`${policy.name}: ${message}${urn === undefined ? "" : ` (${urn})`}`),
        );
      }
      return said;
    },
  };
}

describe("exemptions in a pack", () => {
  it("take the violations of a resource out", () => {
    const { resource } = pack({ [rule.name]: { exemptions: [exemption] } });
    assert.deepEqual(resource(configMap("a", "auth")), []);
    assert.deepEqual(resource(configMap("b", "auth")), ["wrong"]);
  });

  it("look at the provider's namespace where a resource names none", () => {
    const { resource } = pack({ [rule.name]: { exemptions: [exemption] } });
    assert.deepEqual(resource(configMap("a"), undefined, { namespace: "auth" }), []);
    assert.deepEqual(resource(configMap("a")), ["wrong"]);
  });

  it("take out one item of a list", () => {
    const { resource } = pack({ [rule.name]: { exemptions: [exemption] } });
    const list = { apiVersion: "v1", kind: "ConfigMapList", items: [configMap("a", "auth"), configMap("b", "auth")] };
    assert.deepEqual(resource(list, "kubernetes:core/v1:ConfigMapList"), ["wrong"]);
  });

  it("take out what a rule over all of them says of one object, and nothing that is about none", () => {
    const { stack } = pack({ [stackRule.name]: { exemptions: [exemption] } });
    assert.deepEqual(stack(configMap("a", "auth"), configMap("b", "auth")), [
      "forbid-all-together: wrong (urn:b)",
      "forbid-all-together: something is missing",
    ]);
  });

  it("that are over fail, and what they covered counts again", () => {
    const { resource, stack } = pack({ [rule.name]: { exemptions: [exemption] } }, "2026-07-01");
    assert.deepEqual(resource(configMap("a", "auth")), ["wrong Its exemption ended on 2026-06-30."]);
    assert.deepEqual(stack().slice(1), [
      "require-current-exemptions: The exemption of ConfigMap auth/a from forbid-everything ended on 2026-06-30 " +
        "(a reason to test). Mend the object and remove the exemption, or give it a new last day with the reason of today.",
    ]);
  });

  it("that match nothing are reported", () => {
    const { resource, stack } = pack({ [rule.name]: { exemptions: [exemption, { ...exemption, name: "gone" }] } });
    resource(configMap("a", "auth"));
    assert.deepEqual(stack().slice(1), [
      "forbid-unused-exemptions: The exemption of ConfigMap auth/gone from forbid-everything matches no violation. Remove it.",
    ]);
  });

  it("that can't be read exempt nothing, and fail", () => {
    const { resource, stack } = pack({ [rule.name]: { exemptions: [{ ...exemption, reason: undefined }] } });
    assert.deepEqual(resource(configMap("a", "auth")), ["wrong"]);
    assert.equal(stack()[1]?.split(":")[0], "require-current-exemptions");
  });
});

describe("a pack's levels", () => {
  const levels = (environment: "dev" | "staging" | "prod") =>
    crossguardPolicies([{ ...rule, inDev: "advisory" }, stackRule], { environment }).map(
      ({ name, enforcementLevel }) => [name, enforcementLevel],
    );
  const strict = [
    ["forbid-everything", "mandatory"],
    ["forbid-all-together", "mandatory"],
    ["require-current-exemptions", "mandatory"],
    ["forbid-unused-exemptions", "advisory"],
  ];

  it("are milder in dev where a rule says so", () => {
    assert.deepEqual(levels("dev"), [["forbid-everything", "advisory"], ...strict.slice(1)]);
  });

  it("are the rules' own elsewhere, and where nobody says", () => {
    assert.deepEqual(levels("staging"), strict);
    assert.deepEqual(levels("prod"), strict);
    assert.deepEqual(
      crossguardPolicies([{ ...rule, inDev: "advisory" }, stackRule]).map(({ name, enforcementLevel }) => [
        name,
        enforcementLevel,
      ]),
      strict,
    );
  });
});
