/**
 * Refuses a notebook that can have no host when somebody makes it. Otherwise its VirtualService is refused: the web
 * application would show a notebook that starts and never opens, and only the controller's log would say why.
 */
import { literal, type ValidatingPolicy } from "./admissionPolicy";
import { hasHosts, isName, noHost, noHosts, type NotebookHosts } from "./notebookNames";

/** Kubeflow's kinds of objects behind the kinds of notebooks. */
const resources: Record<string, { group: string; resource: string }> = {
  notebook: { group: "kubeflow.org", resource: "notebooks" },
  tensorboard: { group: "tensorboard.kubeflow.org", resource: "tensorboards" },
  viewer: { group: "kubeflow.org", resource: "pvcviewers" },
};

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
        operations: ["CREATE"],
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
    ],
    validations: [
      {
        expression: hasHosts("request.namespace"),
        reason: "Forbidden",
        messageExpression: noHosts("request.namespace"),
        message: "its namespace has no hosts for notebooks: two hyphens in a row, xn, or no room for a name",
      },
      {
        expression: isName("variables.name", "variables.label"),
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
    ],
  };
}
