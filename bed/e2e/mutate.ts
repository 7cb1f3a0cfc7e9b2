import { join } from "node:path";
import { type CheckResult } from "../../acceptance/verification";
import { everyMutation } from "../mutations/everyMutation";
import { type Mutation } from "../mutations/mutation";
import { type Facts } from "../platform/facts";
import { askInside } from "../platformInside";
import { type Report } from "../programs/report";
import { verifyBed } from "./verify";

/** What became of one mutation. */
export interface Noticed {
  name: string;
  breaks: string;
  outcome: "noticed" | "missed";
  /** The checks that failed. */
  by: string[];
  /** Why it counts as missed, where it does. */
  why?: string;
}

/** How often the suite looks until the change has reached the gateway. */
const looks = 4;

/** Breaks one rule after the other, and sees that the suite notices each, and is content again afterwards. */
export async function mutateAll(facts: Facts, directory: string, report: Report): Promise<Noticed[]> {
  const results: Noticed[] = [];
  for (const mutation of everyMutation) {
    const result = await mutateOne(mutation, facts, join(directory, mutation.name));
    report(`mutation ${mutation.name}: ${result.outcome}${result.by.length > 0 ? ` by ${result.by.join(", ")}` : ""}`);
    results.push(result);
  }
  return results;
}

async function mutateOne(mutation: Mutation, facts: Facts, directory: string): Promise<Noticed> {
  const { name, breaks, noticedBy } = mutation;
  const failing = async (only: readonly string[]): Promise<string[]> => {
    const { checks } = await verifyBed({ facts, directory, args: ["--only", ...only], quiet: true });
    return checks.filter(({ outcome }) => outcome === "failed").map(titleOf);
  };
  await askInside(["mutate", name]);
  let by: string[] = [];
  try {
    for (let look = 0; look < looks && by.length === 0; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      by = await failing(noticedBy);
    }
  } finally {
    await askInside(["mutate", name, "--undo"]);
  }
  if (by.length === 0) {
    return { name, breaks, outcome: "missed", by, why: "no check failed" };
  }
  // A check that goes on failing did not fail because of the mutation.
  let still = by;
  for (let look = 0; look < looks && still.length > 0; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    still = await failing(by);
  }
  return still.length === 0
    ? { name, breaks, outcome: "noticed", by }
    : { name, breaks, outcome: "missed", by, why: `without it these fail too: ${still.join(", ")}` };
}

function titleOf({ area, name }: CheckResult): string {
  return `${area}/${name}`;
}
