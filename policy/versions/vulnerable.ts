import { type Component } from "./components";
import { advisories, type Advisory } from "./table";
import { compare, sameBranch, type Version, version } from "./version";

/** The advisories of the table that a version of a component has. */
export function vulnerabilitiesOf(component: Component, installed: Version): Advisory[] {
  return advisories.filter((advisory) => advisory.component === component && has(advisory, installed));
}

function has({ since, fixed }: Advisory, installed: Version): boolean {
  if (since !== undefined && compare(installed, version(since)) < 0) return false;
  const fixes = fixed.map(version);
  const own = fixes.find((fix) => sameBranch(fix, installed));
  if (own) return compare(installed, own) < 0;
  return fixes.some((fix) => compare(installed, fix) < 0);
}

/** The oldest version without any of them that is no step back; nothing where the table names none. */
export function saferThan(component: Component, installed: Version): string | undefined {
  return advisories
    .filter((advisory) => advisory.component === component)
    .flatMap(({ fixed }) => fixed)
    .sort((a, b) => compare(version(a), version(b)))
    .find((text) => {
      const candidate = version(text);
      return compare(candidate, installed) >= 0 && vulnerabilitiesOf(component, candidate).length === 0;
    });
}
