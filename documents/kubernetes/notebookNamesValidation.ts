/**
 * Refuses a notebook that can have no host, or no route, when somebody makes it. Otherwise its VirtualService is refused: the web
 * application would show a notebook that starts and never opens, and only the controller's log would say why.
 */
import { literal, type Named, type Validation, type ValidatingPolicy } from "./admissionPolicy";
import { mayWrite } from "./notebookValidation";
import { hasHosts, isName, noHost, noHosts, type NotebookHosts } from "./notebookNames";

/** Kubeflow's kinds of objects behind the kinds of notebooks. */
const resources: Record<string, { group: string; resource: string }> = {
  notebook: { group: "kubeflow.org", resource: "notebooks" },
  tensorboard: { group: "tensorboard.kubeflow.org", resource: "tensorboards" },
  viewer: { group: "kubeflow.org", resource: "pvcviewers" },
};

/** From which Kubeflow's notebook controller makes a route's `rewrite` and `headers`; the second is a JSON object of texts. */
const annotations = {
  rewrite: "notebooks.kubeflow.org/http-rewrite-uri",
  headers: "notebooks.kubeflow.org/http-headers-request-set",
} as const;

const annotationOf = (object: string, name: string) => `${object}.metadata.?annotations[?${literal(name)}].orValue("")`;

/** Each text is empty where it says nothing, or what it said before. */
const annotationVariables: Named[] = [
  ...Object.entries(annotations).map(([name, annotation]) => ({
    name,
    expression:
      `request.resource.resource != "notebooks" || ` +
      `(oldObject != null && ${annotationOf("oldObject", annotation)} == ${annotationOf("object", annotation)}) ` +
      `? "" : ${annotationOf("object", annotation)}`,
  })),
  {
    // Names with escapes are left to the rule for routes, which sees them as they are.
    name: "strangeHeaders",
    expression: `variables.headers.findAll(${literal(String.raw`"[^"\\]*"\s*:`)}).map(k, k.split('"')[1]).filter(k, !${mayWrite("k")})`,
  },
];

const refusal = (expression: string, annotation: string, what: string, value: string, mend: string): Validation => ({
  expression,
  reason: "Forbidden",
  messageExpression: `${literal(`metadata.annotations[${annotation}] ${what} `)} + ${value} + ${literal(`: ${mend}`)}`,
  message: `metadata.annotations[${annotation}] ${what}: ${mend}`,
});

const annotationValidations: Validation[] = [
  refusal(
    'variables.rewrite.matches("^[ -~]*$")',
    annotations.rewrite,
    "is",
    "variables.rewrite",
    "the gateway takes no route with characters beyond ASCII's printable ones; percent-encode them",
  ),
  refusal(
    "variables.strangeHeaders.size() == 0",
    annotations.headers,
    "writes",
    'variables.strangeHeaders.join(", ")',
    "remove them: the gate says who somebody is, and HTTP how a message ends",
  ),
  refusal(
    '!variables.headers.replace("%%", "").contains("%")',
    annotations.headers,
    "has Envoy fill in",
    "variables.headers",
    "a token perhaps; write plain text, and a percent sign as %%",
  ),
];

export function notebookNamesValidation({ kinds }: Pick<NotebookHosts, "kinds">): ValidatingPolicy {
  const known = kinds.flatMap((kind) => {
    const found = resources[kind.kind];
    return found === undefined ? [] : [{ ...kind, ...found }];
  });
  const byResource = (of: (kind: (typeof known)[number]) => string) =>
    `{${known.map((kind) => `${literal(kind.resource)}: ${literal(of(kind))}`).join(", ")}}[request.resource.resource]`;
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      matchPolicy: "Equivalent",
      resourceRules: known.map(({ group, resource }) => ({
        apiGroups: [group],
        apiVersions: ["*"],
        // A name stays, and an annotation may come later.
        operations: resource === "notebooks" ? ["CREATE", "UPDATE"] : ["CREATE"],
        resources: [resource],
      })),
    },
    matchConditions: [],
    variables: [
      { name: "name", expression: "object.metadata.name" },
      {
        name: "label",
        expression: `request.namespace + "--" + variables.name + ${byResource(({ suffix }) => suffix)}`,
      },
      ...annotationVariables,
    ],
    validations: [
      {
        expression: `oldObject != null || ${hasHosts("request.namespace")}`,
        reason: "Forbidden",
        messageExpression: noHosts("request.namespace"),
        message: "its namespace has no hosts for notebooks: two hyphens in a row, xn, or no room for a name",
      },
      {
        expression: `oldObject != null || ${isName("variables.name", "variables.label")}`,
        reason: "Forbidden",
        messageExpression: noHost(
          byResource(({ kind }) => kind),
          "request.namespace",
          "variables.name",
          "variables.label",
        ),
        message:
          "its name can have no host: small letters, digits and single hyphens, 63 characters with all of its label",
      },
      ...annotationValidations,
    ],
  };
}
