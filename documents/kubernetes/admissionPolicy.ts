/** What admissionregistration.k8s.io/v1 knows of policies in CEL, as far as the platform's own ones need it. */

export interface MatchResources {
  matchPolicy: "Equivalent";
  namespaceSelector?: { matchLabels: Record<string, string> };
  resourceRules: {
    apiGroups: string[];
    apiVersions: string[];
    operations: ("CREATE" | "UPDATE")[];
    resources: string[];
  }[];
}

/** An expression under a name: `variables.<name>` to the expressions after it, or a condition of a match. */
export interface Named {
  name: string;
  expression: string;
}

export interface Validation {
  expression: string;
  reason: "Forbidden" | "Invalid";
  /** An expression for the text, and the text where that one fails. */
  messageExpression: string;
  message: string;
}

interface Policy {
  failurePolicy: "Fail";
  matchConstraints: MatchResources;
  matchConditions: Named[];
  variables: Named[];
}

export interface ValidatingPolicy extends Policy {
  validations: Validation[];
}

export interface MutatingPolicy extends Policy {
  reinvocationPolicy: "IfNeeded";
  mutations: { patchType: "JSONPatch"; jsonPatch: { expression: string } }[];
}

/** A text as a literal of CEL; JSON's escapes are CEL's, too. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

export function listLiteral(texts: readonly string[]): string {
  return `[${texts.map(literal).join(", ")}]`;
}

/** A text that stands for itself within a regular expression. */
export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
