import { type Manifest } from "../../manifest";
import { istiodEnvsOf } from "../../readers/istiodEnv";
import { type Finding, inspect, violation } from "../../rule";

/** What one of istiod's variables may be. */
export interface Expected {
  readonly name: string;
  readonly holds: (value: string | undefined) => boolean;
  /** What to write, and why. */
  readonly mend: string;
}

/** Go's strconv.ParseBool; any other text is Istio's default, with a warning in a log. */
export const isTrue = (value: string | undefined): boolean => /^(1|t|T|TRUE|true|True)$/.test(value ?? "");
export const isFalse = (value: string | undefined): boolean => /^(0|f|F|FALSE|false|False)$/.test(value ?? "");
export const isUnset = (value: string | undefined): boolean => value === undefined || value === "";

/** What is wrong with the variables of an object that runs istiod. */
export function variableFindings(manifest: Manifest, expected: readonly Expected[]): Finding[] {
  return inspect(() =>
    istiodEnvsOf(manifest).flatMap(({ field, variables, elsewhere }) => {
      const hidden = elsewhere === undefined ? [] : expected.filter(({ name }) => !variables.has(name));
      const names = hidden.map(({ name }) => name).join(", ");
      const said = `${elsewhere} may set ${names}, and can't be seen here. Write istiod's variables one by one, in env.`;
      const shown = expected.filter((each) => !hidden.includes(each));
      return [
        ...(elsewhere !== undefined && hidden.length > 0 ? [violation(elsewhere, said)] : []),
        ...shown.flatMap(({ name, holds, mend }) => {
          const variable = variables.get(name);
          if (variable !== undefined && variable.value === undefined) {
            return [
              violation(variable.field, `${name} in ${variable.field} comes from elsewhere and can't be seen. ${mend}`),
            ];
          }
          if (holds(variable?.value)) return [];
          const text = isUnset(variable?.value) ? "is absent" : `is ${JSON.stringify(variable?.value)}`;
          return [violation(variable?.field ?? field, `${name} in ${variable?.field ?? field} ${text}. ${mend}`)];
        }),
      ];
    }),
  );
}
