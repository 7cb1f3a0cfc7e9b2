import { join } from "node:path";
import { describeError } from "../../acceptance/describeError";
import { type CheckResult, titleOf, type Verification } from "../../acceptance/verification";
import { heedInterruption } from "../interruption";
import { everyMutation, mutationGroups } from "../mutations/everyMutation";
import { type Mutation } from "../mutations/mutation";
import { askInside } from "../platformInside";
import { type Report } from "../programs/report";
import { type Bed } from "../startUp";
import { checksOf, type Mode } from "./mode";
import { NoResult, verifyBed } from "./verify";

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

/** How often the suite looks at least until the change has reached the gateway, so that every check that is to notice does. */
export const looks = 4;

/** For so long it goes on looking, in milliseconds: a gateway stays with an istiod that was replaced until that one has ended. */
const patience = 90_000;

/** Looks again and again until `done` says so, which gets the number of the look, or nothing more is to be expected. */
async function lookUntil(done: (look: number) => Promise<boolean>): Promise<void> {
  const end = Date.now() + patience;
  for (let look = 0; look < looks || Date.now() < end; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    if (await done(look)) {
      return;
    }
  }
}

/** Which rules are broken: all of them, one of each group, which shows that the suite can notice, or none. */
export const mutationChoices = ["all", "one-of-each-group", "none"] as const;
export type MutationChoice = (typeof mutationChoices)[number];

/** The checks that passed here and have to notice a mutation, the quickest first. */
function ableToNotice({ noticedBy, of }: Mutation, checks: readonly CheckResult[]): CheckResult[] {
  const passed = checks.filter(({ outcome }) => outcome === "passed");
  if (of !== undefined && !passed.some(({ exercises }) => exercises.includes(of))) {
    return [];
  }
  return passed.filter((check) => noticedBy.includes(titleOf(check))).sort((a, b) => a.seconds - b.seconds);
}

/** Of the mutations that a mode's checks are there to notice. */
export function chosenMutations(
  choice: MutationChoice,
  mode: Mode,
  checks: readonly CheckResult[],
): readonly Mutation[] {
  const titles = new Set(checksOf(mode).map((check) => titleOf(check)));
  const isOf = ({ noticedBy, modes: own }: Mutation) =>
    (own === undefined ? mode.breaks !== "own" : own.includes(mode.name)) &&
    noticedBy.some((title) => titles.has(title));
  switch (choice) {
    case "all":
      return everyMutation.filter(isOf);
    case "one-of-each-group":
      // Where nothing of a group can be noticed its first one stands for it, as left out.
      return mutationGroups
        .map((group) => group.filter(isOf))
        .flatMap((group) => group.find((mutation) => ableToNotice(mutation, checks).length > 0) ?? group.slice(0, 1));
    case "none":
      return [];
  }
}

/** Breaks one rule after the other, and sees that the suite notices each, and is content again afterwards. */
export async function* mutateAll(
  choice: MutationChoice,
  mode: Mode,
  bed: Bed,
  { checks }: Pick<Verification, "checks">,
  directory: string,
  report: Report,
): AsyncGenerator<Noticed> {
  for (const mutation of chosenMutations(choice, mode, checks)) {
    const able = ableToNotice(mutation, checks);
    const result =
      able.length === 0
        ? leftOut(mutation)
        : await mutateOne(
            mutation,
            able.map((check) => titleOf(check)),
            { bed, mode },
            join(directory, mutation.name),
          );
    report(`mutation ${mutation.name}: ${result.outcome}${result.by.length > 0 ? ` by ${result.by.join(", ")}` : ""}`);
    yield result;
  }
}

function leftOut({ name, breaks, noticedBy }: Mutation): Noticed {
  return { name, breaks, outcome: "left-out", by: [], why: `none of ${noticedBy.join(", ")} passed here before` };
}

interface Where {
  bed: Bed;
  mode: Mode;
}

/** Whatever goes wrong concerns this mutation, and the others are still tried. */
async function mutateOne(
  mutation: Mutation,
  able: readonly string[],
  where: Where,
  directory: string,
): Promise<Noticed> {
  try {
    return await breakAndMend(mutation, able, where, directory);
  } catch (error) {
    heedInterruption();
    const { name, breaks } = mutation;
    return { name, breaks, outcome: "missed", by: [], why: describeError(error) };
  }
}

async function breakAndMend(
  { name, breaks }: Mutation,
  able: readonly string[],
  { bed, mode: { verify = [] } }: Where,
  directory: string,
): Promise<Noticed> {
  const failing = async (only: readonly string[]): Promise<string[]> => {
    const { checks } = await verifyBed({
      bed,
      directory,
      args: ["--disturb", ...verify, "--only", ...only],
      quiet: true,
    });
    return checks.filter(({ outcome }) => outcome === "failed").map((check) => titleOf(check));
  };
  let by: string[] = [];
  // A suite that cannot even begin is no check that noticed.
  let why = "no check failed";
  try {
    await askInside(["mutate", name]);
    await lookUntil(async (look) => {
      try {
        // The quickest one mostly notices by itself; the longer nothing is noticed, the more of them look.
        by = await failing(able.slice(0, look + 1));
      } catch (error) {
        if (!(error instanceof NoResult)) {
          throw error;
        }
        why = error.message;
      }
      return by.length > 0;
    });
  } finally {
    await askInside(["mutate", name, "--undo"]);
  }
  if (by.length === 0) {
    return { name, breaks, outcome: "missed", by, why };
  }
  // A check that goes on failing did not fail because of the mutation.
  let still = by;
  await lookUntil(async () => {
    still = await failing(by);
    return still.length === 0;
  });
  return still.length === 0
    ? { name, breaks, outcome: "noticed", by }
    : { name, breaks, outcome: "missed", by, why: `without it these fail too: ${still.join(", ")}` };
}
