import { strict as assert } from "node:assert";
import { literal, type Named } from "../../../documents/kubernetes/admissionPolicy";
import { notebookAddresses } from "../../../documents/kubernetes/notebookAddresses";
import { notebookMutation } from "../../../documents/kubernetes/notebookMutation";
import { notebookNamesValidation } from "../../../documents/kubernetes/notebookNamesValidation";
import { type NotebookRoutes } from "../../../documents/kubernetes/notebookRoutes";
import { notebookValidation } from "../../../documents/kubernetes/notebookValidation";
import { virtualServices } from "../../../acceptance/checks/notebooks/virtualServices";

const args: NotebookRoutes = {
  domain: "notebooks.example.com",
  gateway: "ingress/gatehouse-notebooks",
  signInHost: "auth.notebooks.example.com",
  kinds: [
    { kind: "notebook", path: "notebook", suffix: "" },
    { kind: "viewer", path: "pvcviewers", suffix: "--viewer" },
  ],
  ownNamespaces: ["ingress", "auth"],
  profileLabels: { "example.com/kind": "profile" },
  clusterDomain: "cluster.local",
};

const mutation = notebookMutation(args);
const validation = notebookValidation(args);
const names = notebookNamesValidation(args);
const addresses = notebookAddresses(args);

const policies = [
  {
    what: "the one that writes hosts",
    policy: mutation,
    after: mutation.mutations.map((one) => one.jsonPatch.expression),
  },
  ...[
    { what: "the one about routes", policy: validation },
    { what: "the one about names", policy: names },
    { what: "the one about addresses", policy: addresses },
  ].map((one) => ({
    ...one,
    after: one.policy.validations.flatMap(({ expression, messageExpression }) => [expression, messageExpression]),
  })),
];

function variablesIn(expression: string): string[] {
  return [...expression.matchAll(/\bvariables\.([A-Za-z]+)/g)].map(([, name = ""]) => name);
}

/** Kubernetes knows a variable after its definition alone. */
function unknownVariables(variables: readonly Named[], after: readonly string[]): string[] {
  const known = new Set<string>();
  const unknown: string[] = [];
  for (const { name, expression } of variables) {
    unknown.push(...variablesIn(expression).filter((used) => !known.has(used)));
    known.add(name);
  }
  return [...unknown, ...after.flatMap(variablesIn).filter((used) => !known.has(used))];
}

describe("the policies about notebooks' hosts", () => {
  for (const { what, policy, after } of policies) {
    it(`define each variable once, before it is used: ${what}`, () => {
      assert.deepEqual(unknownVariables(policy.variables, after), []);
      const defined = policy.variables.map(({ name }) => name);
      assert.equal(new Set(defined).size, defined.length);
    });

    it(`refuse when they cannot be evaluated: ${what}`, () => assert.equal(policy.failurePolicy, "Fail"));

    it(`ask for no variable in conditions, where Kubernetes has none: ${what}`, () => {
      assert.deepEqual(
        policy.matchConditions.flatMap(({ expression }) => variablesIn(expression)),
        [],
      );
    });
  }

  it("look at a VirtualService of every version, when it is made and when it changes", () => {
    for (const { matchConstraints } of [mutation, validation]) {
      assert.deepEqual(matchConstraints, {
        matchPolicy: "Equivalent",
        resourceRules: [
          {
            apiGroups: ["networking.istio.io"],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE"],
            resources: ["virtualservices"],
          },
        ],
      });
    }
  });

  it("mend and judge the same objects", () => {
    assert.deepEqual(validation.matchConditions.slice(0, mutation.matchConditions.length), mutation.matchConditions);
  });

  it("leave the platform's own namespaces alone", () => {
    assert.equal(mutation.matchConditions[0]?.expression, '!(request.namespace in ["ingress", "auth"])');
  });

  it("know each kind by its path, and end its host as it says", () => {
    const label = mutation.variables.find(({ name }) => name === "label")?.expression;
    assert(label?.includes('{"notebook": "", "pvcviewers": "--viewer"}[variables.segments[1]]'), label);
    const path = mutation.variables.find(({ name }) => name === "isNotebook")?.expression;
    assert(path?.includes('in ["notebook", "pvcviewers"]'), path);
  });

  it("have a dot in the domain stand for a dot alone", () => {
    const hosts = validation.variables.find(({ name }) => name === "strangeHosts")?.expression;
    assert(hosts?.includes(String.raw`\\.notebooks\\.example\\.com$`), hosts);
  });

  it("look at the names of those kinds alone that there are", () => {
    assert.deepEqual(
      names.matchConstraints.resourceRules.map(({ apiGroups, resources }) => [...apiGroups, ...resources]),
      [
        ["kubeflow.org", "notebooks"],
        ["kubeflow.org", "pvcviewers"],
      ],
    );
  });

  it("look at a notebook's annotations later, too, and at no name that has been there", () => {
    assert.deepEqual(
      names.matchConstraints.resourceRules.map(({ operations }) => operations),
      [["CREATE", "UPDATE"], ["CREATE"]],
    );
    const [namespaces, name, ...annotations] = names.validations.map(({ expression }) => expression);
    assert([namespaces, name].every((expression) => expression?.startsWith("oldObject != null || ")));
    assert.equal(annotations.length, 3);
    const of = (variable: string) => names.variables.find((each) => each.name === variable)?.expression ?? "";
    for (const [variable, annotation] of [
      ["rewrite", "notebooks.kubeflow.org/http-rewrite-uri"],
      ["headers", "notebooks.kubeflow.org/http-headers-request-set"],
    ] as const) {
      assert(of(variable).includes(`object.metadata.?annotations[?"${annotation}"]`), of(variable));
      assert(of(variable).startsWith('request.resource.resource != "notebooks" || (oldObject != null && '));
    }
    assert(of("strangeHeaders").startsWith("variables.headers.findAll("), of("strangeHeaders"));
  });

  it("look in profiles at everything that says where a Service leads, because the gateway says there who somebody is", () => {
    assert.deepEqual(addresses.matchConstraints.namespaceSelector, { matchLabels: args.profileLabels });
    assert.deepEqual(
      addresses.matchConstraints.resourceRules.map(({ apiGroups, resources }) =>
        [...apiGroups, ...resources].join("/"),
      ),
      [
        "/endpoints",
        "discovery.k8s.io/endpointslices",
        "networking.istio.io/workloadentries",
        "networking.istio.io/workloadgroups",
        "/services",
        "networking.istio.io/serviceentries",
        "networking.istio.io/destinationrules",
      ],
    );
  });

  it("ask, of an address, who may write such things in every namespace", () => {
    const expressions = addresses.validations.map(({ expression }) => expression);
    assert.deepEqual(expressions, [
      "authorizer.group(request.resource.group).resource(request.resource.resource)" +
        '.check(request.operation == "CREATE" ? "create" : "update").allowed()',
    ]);
  });

  it("ask it of a Service that selects no pods, too: it keeps the addresses that it had", () => {
    const [condition] = addresses.matchConditions;
    assert(
      condition?.expression.includes(
        'object.spec.?type.orValue("") == "ExternalName" || object.spec.?selector.orValue({}).size() == 0',
      ),
      condition?.expression,
    );
  });

  it("take a change of what is being deleted for a change: a finalizer keeps it as long as somebody likes", () => {
    const [, , unchanged] = validation.matchConditions;
    for (const part of [
      "object.spec == oldObject.spec",
      "object.metadata.?annotations == oldObject.metadata.?annotations",
    ]) {
      assert(unchanged?.expression.includes(part), part);
    }
    assert(!addresses.matchConditions.some(({ expression }) => expression.includes("deletionTimestamp")));
  });

  it("refuse in a route what Envoy refuses in the list of all of them", () => {
    const fields = validation.variables.find(({ name }) => name === "strangeFields")?.expression;
    assert(fields?.endsWith("+ variables.refusedByEnvoy"), fields);
    const refused = validation.variables.find(({ name }) => name === "refusedByEnvoy")?.expression;
    for (const part of [literal("[{}]|\\\\[pP]"), "^[!-~]{1,128}$", "^[ -~]*$", 'in ["uri", "authority"]']) {
      assert(refused?.includes(part), part);
    }
  });

  it("take routes of those namespaces alone where the one about addresses holds", () => {
    const [namespace] = validation.validations;
    assert(
      namespace?.expression.includes('namespaceObject.metadata.?labels[?"example.com/kind"].orValue("") == "profile"'),
      namespace?.expression,
    );
  });

  it("write texts as CEL reads them", () => {
    assert.equal(literal('a "b" \\ c\n'), '"a \\"b\\" \\\\ c\\n"');
  });
});

describe("the table of VirtualServices at the notebooks' gateway", () => {
  const tries = virtualServices({ ...args, namespace: "team-a" });
  const refusals = tries.flatMap(({ verdict }) => ("refusedWith" in verdict ? [verdict.refusedWith] : []));

  it("names each of them once", () => {
    const whats = tries.map(({ what }) => what);
    assert.deepEqual(
      whats.filter((what, index) => whats.indexOf(what) !== index),
      [],
    );
  });

  for (const { messageExpression, message } of validation.validations) {
    it(`has something that is refused with the text: ${message}`, () => {
      const texts = textsIn(messageExpression);
      assert(
        refusals.some((refusal) => texts.some((text) => refusal.includes(text) || text.includes(refusal))),
        texts.join("\n"),
      );
    });
  }
});

/** The longer literals of an expression, without what stands before a value. */
function textsIn(expression: string): string[] {
  return [...expression.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, text = ""]) => text.replace(/[: ]+$/, "").trim())
    .filter((text) => text.length > 8 && text !== "VirtualService");
}
