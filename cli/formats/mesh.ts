import { type Difference } from "../../documents/existing/difference";
import { formatProblems } from "./problems";
import { plural, type Style } from "./style";

export function formatMeshCheck(namespace: string, differences: readonly Difference[], style: Style): string {
  if (differences.length === 0) {
    return style.colors.green(`The Istio in ${namespace} is as the gate needs it.`);
  }
  const problems = differences.map(({ field, found, mend }) => ({ key: field, value: found, mend }));
  return [
    style.colors.red(
      `The Istio in ${namespace} is not as the gate needs it: ${plural(differences.length, "difference")}.`,
    ),
    ...formatProblems(problems, style),
  ].join("\n");
}
