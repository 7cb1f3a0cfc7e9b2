import { type ResourceValidation, type ResourceValidationArgs } from "@pulumi/policy";
import assert from "node:assert/strict";
import { crossguardPolicy } from "../../policy/crossguard";
import { exemptionsSchema } from "../../policy/exemptions";
import { type Manifest } from "../../policy/manifest";
import { type Finding, inspect, type Rule, type RuleContext, violation } from "../../policy/rule";
import { ruleFacts, unknownCheckingProxy, UnknownValueError, unknownStringValue } from "./support";

/** A rule that rejects nothing until a test gives it something to do. */
function rule(check: (manifest: Manifest, context: RuleContext) => Finding[]): Rule {
  return {
    ...ruleFacts,
    settings: ["rootNamespace"],
    check,
  };
}

interface Request {
  type?: string;
  props: Record<string, unknown>;
  config?: Record<string, unknown>;
  provider?: Record<string, unknown>;
}

/** What a policy reports on a resource, and what it throws. */
function validate(given: Rule, { type = "kubernetes:core/v1:ConfigMap", props, config = {}, provider }: Request) {
  const reported: string[] = [];
  const args = {
    type,
    props: unknownCheckingProxy(props),
    getConfig: () => config,
    ...(provider && { provider: { props: unknownCheckingProxy(provider) } }),
  } as unknown as ResourceValidationArgs;
  const { validateResource } = crossguardPolicy(given) as { validateResource: ResourceValidation };
  try {
    void validateResource(args, (message) => reported.push(message));
    return { reported, thrown: undefined };
  } catch (thrown) {
    return { reported, thrown };
  }
}

describe("the CrossGuard adapter", () => {
  const props = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "1", b: "2" } };

  it("gives the rule's own words to the SDK's fields", () => {
    const { validateResource, ...data } = crossguardPolicy(rule(() => []));
    assert.equal(typeof validateResource, "function");
    assert.deepEqual(data, {
      name: "forbid-nothing",
      displayName: "Nothing",
      description: "For tests.",
      remediationSteps: "Nothing to mend.",
      severity: "low",
      enforcementLevel: "advisory",
      framework: { name: "CWE", version: "4", reference: "CWE-0", specification: "None" },
      tags: ["CWE-0"],
      url: "https://example.com/0",
      configSchema: {
        properties: {
          rootNamespace: {
            type: "string",
            pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
            description:
              "Istio's root namespace (meshConfig.rootNamespace), whose policies reach every namespace of the mesh.",
            default: "istio-system",
          },
          exemptions: exemptionsSchema,
        },
      },
    });
  });

  it("reports each violation's message", () => {
    const given = rule(() => [violation("data.a", "a is wrong"), violation("data.b", "b is wrong")]);
    assert.deepEqual(validate(given, { props }), { reported: ["a is wrong", "b is wrong"], thrown: undefined });
  });

  it("takes whatever a rule throws for a violation", () => {
    const given = rule(() => {
      throw new TypeError("x is not a function");
    });
    assert.deepEqual(validate(given, { props }), {
      reported: [
        "forbid-nothing can't check this object: x is not a function. What can't be checked is not let through.",
      ],
      thrown: undefined,
    });
  });

  it("takes a thrown value that is no error for a violation", () => {
    const given = rule(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw "nothing";
    });
    assert.deepEqual(validate(given, { props }).reported, [
      "forbid-nothing can't check this object: nothing. What can't be checked is not let through.",
    ]);
  });

  describe("at preview", () => {
    const unknown = { ...props, data: { a: unknownStringValue, b: "2", c: unknownStringValue } };
    const eachValue = rule(({ data }) =>
      Object.keys(data as object).flatMap((key) =>
        inspect(() => [violation(key, `${key} is ${(data as Record<string, string>)[key]}`)]),
      ),
    );

    it("hands an unknown value's signal on to the SDK, which reports it as not checked", () => {
      const { reported, thrown } = validate(
        rule(({ data }) => [violation("a", (data as Record<string, string>)["a"] ?? "")]),
        { props: unknown },
      );
      assert.deepEqual(reported, []);
      assert.ok(thrown instanceof UnknownValueError);
      assert.equal(thrown.message, "string value at .data.a can't be known during preview");
    });

    it("reports what is known first, and names every value that isn't", () => {
      const { reported, thrown } = validate(eachValue, { props: unknown });
      assert.deepEqual(reported, ["b is 2"]);
      assert.ok(thrown instanceof UnknownValueError);
      assert.equal(thrown.message, "the values at data.a, data.c can't be known during preview");
    });
  });

  describe("sees as a manifest", () => {
    const shown = rule((manifest) => [
      violation("", `${manifest.apiVersion} ${manifest.kind} ${JSON.stringify(manifest["data"])}`),
    ]);

    it("no resource outside Kubernetes", () => {
      for (const type of ["random:index/randomPet:RandomPet", "pulumi:providers:kubernetes", "pulumi:pulumi:Stack"]) {
        assert.deepEqual(validate(shown, { type, props }).reported, []);
      }
    });

    it("a resource's own kind and version", () => {
      assert.deepEqual(validate(shown, { props }).reported, ['v1 ConfigMap {"a":"1","b":"2"}']);
    });

    it("a type's kind and version when the resource doesn't say", () => {
      const reported = (type: string): string[] => validate(shown, { type, props: { data: 1 } }).reported;
      assert.deepEqual(reported("kubernetes:core/v1:ConfigMap"), ["v1 ConfigMap 1"]);
      assert.deepEqual(reported("kubernetes:apps/v1:Deployment"), ["apps/v1 Deployment 1"]);
      assert.deepEqual(reported("kubernetes:security.istio.io/v1:RequestAuthentication"), [
        "security.istio.io/v1 RequestAuthentication 1",
      ]);
    });

    it("a patch's kind without the provider's suffix", () => {
      assert.deepEqual(validate(shown, { type: "kubernetes:core/v1:ConfigMapPatch", props: { data: 1 } }).reported, [
        "v1 ConfigMap 1",
      ]);
    });

    it("each item of a list", () => {
      const items = [{ data: 1 }, { apiVersion: "v2", kind: "Other", data: 2 }];
      const list = { apiVersion: "v1", kind: "ConfigMapList", items };
      assert.deepEqual(validate(shown, { type: "kubernetes:core/v1:ConfigMapList", props: list }).reported, [
        "v1 ConfigMap 1",
        "v2 Other 2",
      ]);
    });

    it("nothing it could pass over in a list that isn't one", () => {
      const list = { apiVersion: "v1", kind: "ConfigMapList", items: ["a"] };
      assert.deepEqual(validate(shown, { type: "kubernetes:core/v1:ConfigMapList", props: list }).reported, [
        'forbid-nothing can\'t check this object: items[0] is the string "a", where Kubernetes expects a map. ' +
          "What can't be checked is not let through.",
      ]);
    });
  });

  describe("tells the rule", () => {
    const told = rule((_, { settings, defaultNamespace }) => [
      violation("", `${settings.rootNamespace} ${defaultNamespace}`),
    ]);

    it("the defaults", () => {
      assert.deepEqual(validate(told, { props }).reported, ["istio-system default"]);
    });

    it("the pack's config", () => {
      assert.deepEqual(validate(told, { props, config: { rootNamespace: "mesh" } }).reported, ["mesh default"]);
    });

    it("the provider's namespace", () => {
      assert.deepEqual(validate(told, { props, provider: { namespace: "apps" } }).reported, ["istio-system apps"]);
    });

    it("that the provider's namespace is unknown only when the rule asks", () => {
      const provider = { namespace: unknownStringValue };
      assert.ok(validate(told, { props, provider }).thrown instanceof UnknownValueError);
      assert.deepEqual(
        validate(
          rule(() => []),
          { props, provider },
        ),
        { reported: [], thrown: undefined },
      );
    });
  });
});
