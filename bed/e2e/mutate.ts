import { join } from "node:path";
import { titleOf, type Verification } from "../../acceptance/verification";
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
  outcome: "noticed" | "missed" | "left-out";
  /** The checks that failed. */
  by: string[];
  /** Why it was missed or left out. */
  why?: string;
}

/** How often the suite looks until the change has reached the gateway. */
const looks = 4;

/** Breaks one rule after the other, and sees that the suite notices each, and is content again afterwards. */
export async function mutateAll(
  facts: Facts,
  { checks }: Pick<Verification, "checks">,
  directory: string,
  report: Report,
): Promise<Noticed[]> {
  const results: Noticed[] = [];
  for (const mutation of everyMutation) {
    const able = checks.filter((check) => mutation.noticedBy.includes(titleOf(check)) && check.outcome === "passed");
    const result =
      able.length === 0
        ? leftOut(mutation)
        : await mutateOne(
            mutation,
            able.map((check) => titleOf(check)),
            facts,
            join(directory, mutation.name),
          );
    report(`mutation ${mutation.name}: ${result.outcome}${result.by.length > 0 ? ` by ${result.by.join(", ")}` : ""}`);
    results.push(result);
  }
  return results;
}

function leftOut({ name, breaks, noticedBy }: Mutation): Noticed {
  return { name, breaks, outcome: "left-out", by: [], why: `none of ${noticedBy.join(", ")} passed here before` };
}

async function mutateOne(
  { name, breaks }: Mutation,
  able: readonly string[],
  facts: Facts,
  directory: string,
): Promise<Noticed> {
  const failing = async (only: readonly string[]): Promise<string[]> => {
    const { checks } = await verifyBed({ facts, directory, args: ["--disturb", "--only", ...only], quiet: true });
    return checks.filter(({ outcome }) => outcome === "failed").map((check) => titleOf(check));
  };
  await askInside(["mutate", name]);
  let by: string[] = [];
  try {
    for (let look = 0; look < looks && by.length === 0; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      by = await failing(able);
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
