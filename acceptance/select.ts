import { areas, type Check } from "./check";
import { titleOf } from "./verification";

export interface Selection {
  /** In the suite's order, whatever the order in which they were named. */
  checks: readonly Check[];
  /** Names that are neither an area nor a check. */
  unknown: string[];
}

/** The checks that `--only` and `--skip` leave; names are areas or `area/check`. */
export function select(every: readonly Check[], only: readonly string[], skip: readonly string[]): Selection {
  const matches = (check: Check, names: readonly string[]) =>
    names.includes(check.area) || names.includes(titleOf(check));
  const known = new Set<string>([...areas, ...every.map(titleOf)]);
  return {
    checks: every.filter((check) => (only.length === 0 || matches(check, only)) && !matches(check, skip)),
    unknown: [...only, ...skip].filter((name) => !known.has(name)),
  };
}
