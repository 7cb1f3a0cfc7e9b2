import { type StackValidation, type StackValidationArgs } from "@pulumi/policy";
import assert from "node:assert/strict";
import { crossguardPolicies, crossguardPolicy, crossguardStackPolicy } from "../../policy/crossguard";
import { nameOf } from "../../policy/manifest";
import { rules } from "../../policy/pack";
import { inspect, type Member, type StackFinding, type StackRule, violation } from "../../policy/rule";
import { ruleFacts, unknownCheckingProxy, UnknownValueError, unknownStringValue } from "./support";

function rule(checkTogether: StackRule["checkTogether"]): StackRule {
  return {
    ...ruleFacts,
    name: "require-company",
    title: "No object alone",
    settings: ["rootNamespace"],
    checkTogether,
  };
}

interface Resource {
  name: string;
  type?: string;
  props: Record<string, unknown>;
  provider?: Record<string, unknown>;
}

/** What a policy reports about several resources, and what it throws. */
function validate(given: StackRule, resources: readonly Resource[], config: Record<string, unknown> = {}) {
  const reported: [message: string, urn: string | undefined][] = [];
  const args = {
    resources: resources.map(({ name, type = "kubernetes:core/v1:ConfigMap", props, provider }) => ({
      urn: `urn:${name}`,
      type,
      props: unknownCheckingProxy(props),
      ...(provider && { provider: { props: unknownCheckingProxy(provider) } }),
    })),
    getConfig: () => config,
  } as unknown as StackValidationArgs;
  const { validateStack } = crossguardStackPolicy(given) as { validateStack: StackValidation };
  try {
    void validateStack(args, (message, urn) => reported.push([message, urn]));
    return { reported, thrown: undefined };
  } catch (thrown) {
    return { reported, thrown };
  }
}

const map = (name: string, metadata: Record<string, unknown> = {}): Resource => ({
  name,
  props: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata } },
});
const about = (member: Member, message: string): StackFinding => ({ about: member, finding: violation("", message) });

describe("the CrossGuard adapter of rules over all objects", () => {
  it("gives the rule's own words to the SDK's fields, as that of rules over one does", () => {
    const stack = rule(() => []);
    const { validateStack, ...data } = crossguardStackPolicy(stack);
    assert.equal(typeof validateStack, "function");
    const { validateResource, ...other } = crossguardPolicy({ ...stack, check: () => [] });
    assert.equal(typeof validateResource, "function");
    assert.deepEqual(data, other);
  });

  it("makes a policy of either kind of each rule, and two about exemptions", () => {
    const policies = crossguardPolicies([...rules, rule(() => [])]);
    assert.deepEqual(
      policies.map((policy) => "validateStack" in policy),
      [...rules.map(() => false), true, true, true],
    );
  });

  it("shows every object at once, and reports about the one that a finding names", () => {
    const given = rule((members) =>
      members.map((member) => about(member, `${nameOf(member.manifest)} of ${members.length}`)),
    );
    assert.deepEqual(validate(given, [map("a"), map("b")]).reported, [
      ["a of 2", "urn:a"],
      ["b of 2", "urn:b"],
    ]);
  });

  it("reports about the stack what is about no object", () => {
    const given = rule(() => [{ about: undefined, finding: violation("", "nothing is here") }]);
    assert.deepEqual(validate(given, []).reported, [["nothing is here", undefined]]);
  });

  it("shows a list's items and nothing of other clouds", () => {
    const given = rule((members) => members.map((member) => about(member, nameOf(member.manifest))));
    const items = [{ metadata: { name: "a" } }, { metadata: { name: "b" } }];
    const { reported } = validate(given, [
      { name: "list", type: "kubernetes:core/v1:ConfigMapList", props: { items } },
      { name: "bucket", type: "aws:s3/bucket:Bucket", props: {} },
    ]);
    assert.deepEqual(reported, [
      ["a", "urn:list"],
      ["b", "urn:list"],
    ]);
  });

  it("knows where an object is: by itself, by its provider, or in the default namespace", () => {
    const given = rule((members) => members.map((member) => about(member, member.namespace)));
    const { reported } = validate(given, [
      { ...map("a", { namespace: "team" }), provider: { namespace: "other" } },
      { ...map("b"), provider: { namespace: "other" } },
      map("c", { namespace: "" }),
    ]);
    assert.deepEqual(
      reported.map(([namespace]) => namespace),
      ["team", "other", "default"],
    );
  });

  it("gives the pack's config to the rule, and its defaults", () => {
    const given = rule((_, { settings }) => [{ about: undefined, finding: violation("", settings.rootNamespace) }]);
    assert.deepEqual(validate(given, []).reported, [["istio-system", undefined]]);
    assert.deepEqual(validate(given, [], { rootNamespace: "mesh" }).reported, [["mesh", undefined]]);
  });

  it("rejects where the rule fails", () => {
    const given = rule(() => {
      throw new Error("x is not a function");
    });
    assert.deepEqual(validate(given, [map("a")]).reported, [
      [
        "require-company can't check these objects together: x is not a function. What can't be checked is not let through.",
        undefined,
      ],
    ]);
  });

  it("passes on a value that is unknown at preview, after what was found elsewhere", () => {
    const given = rule((members) =>
      members.flatMap((member) =>
        inspect(() => [violation("", String((member.manifest["metadata"] as { labels?: unknown }).labels))]).map(
          (finding) => ({ about: member, finding }),
        ),
      ),
    );
    const { reported, thrown } = validate(given, [map("a", { labels: unknownStringValue }), map("b", { labels: "b" })]);
    assert.deepEqual(reported, [["b", "urn:b"]]);
    assert.ok(thrown instanceof UnknownValueError);
    // The SDK names the stack alone.
    assert.equal(thrown.message, "the values at metadata.labels of ConfigMap a can't be known during preview");
  });
});
