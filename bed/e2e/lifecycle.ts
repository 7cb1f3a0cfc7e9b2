import { existsSync, readFileSync, rmSync } from "node:fs";
import { describeError } from "../../acceptance/describeError";
import { type Beside } from "../beside/beside";
import { heedInterruption } from "../interruption";
import { layout } from "../node/layout";
import { type Agreement } from "../platform/pulumi/agreement";
import { type Facts } from "../platform/facts";
import { askInside } from "../platformInside";
import { type Report, timed } from "../programs/report";
import { imagesAreLocked } from "./images";

/** One step of a deployment's life, after the suite. */
export interface LifecycleStep {
  name: string;
  proves: string;
  outcome: "passed" | "failed" | "left-out";
  /** Figures, what went wrong, or why it was left out. */
  says: string;
}

/** Holds the previews against each other, deploys once more and takes the stack away again. */
export async function liveOn(facts: Facts, beside: readonly Beside[], report: Report): Promise<LifecycleStep[]> {
  const steps: LifecycleStep[] = [];
  const step = async (name: string, proves: string, needsPulumi: boolean, run: () => Promise<string>) => {
    if (needsPulumi && facts.appliedBy !== "pulumi up") {
      steps.push({ name, proves, outcome: "left-out", says: facts.whyNotPulumi ?? "not deployed by `pulumi up`" });
      return;
    }
    try {
      steps.push({ name, proves, outcome: "passed", says: await timed(report, name, run) });
    } catch (error) {
      heedInterruption();
      steps.push({ name, proves, outcome: "failed", says: describeError(error) });
    }
    report(`${name}: ${steps.at(-1)?.says ?? ""}`);
  };
  await step(
    "images",
    "Every image that the platform runs, sidecars included, is one of the lock",
    false,
    imagesAreLocked,
  );
  await step(
    "previews compared",
    "The offline preview and the real engine's name the same resources with the same parents, dependencies, providers and protection, and the engine has nothing to change",
    true,
    compared,
  );
  await step("second up", "A second `pulumi up` changes nothing", true, async () => {
    await askInside(["again"]);
    return "no change";
  });
  if (beside.includes("own-istio")) {
    await step(
      "refused",
      "Once somebody else's Istio lacks a setting that the gate rests on, a deployment is refused, and goes through when it is back",
      false,
      refusedWithout,
    );
  }
  await step("removed", "The stack goes as it came, and no namespace of it is left", false, async () => {
    await askInside(["remove"]);
    return `${facts.counts.objects} objects were there`;
  });
  return steps;
}

/** The mutation that takes a setting away from the mesh, and the field of which the refusal has to speak. */
const lacking = {
  mutation: "somebody-elses-checks-without-the-address",
  field: "includeAdditionalHeadersInCheck",
} as const;

async function refusedWithout(): Promise<string> {
  const { refusal: file } = layout();
  rmSync(file, { force: true });
  await askInside(["mutate", lacking.mutation]);
  try {
    await askInside(["refused", file]);
  } finally {
    await askInside(["mutate", lacking.mutation, "--undo"]);
  }
  const said = readFileSync(file, "utf8");
  rmSync(file);
  await askInside(["deploy"]);
  return judgeRefusal(said);
}

export function judgeRefusal(said: string): string {
  const line = said.split("\n").find((one) => one.includes(lacking.field));
  if (line === undefined || !said.includes("is not as the gate needs it")) {
    throw new Error(`it was refused for something else: ${said.trim()}`);
  }
  return line.trim();
}

async function compared(): Promise<string> {
  const { agreement: file } = layout();
  rmSync(file, { force: true });
  await askInside(["compare", file]);
  if (!existsSync(file)) {
    throw new Error("the comparison wrote no result");
  }
  return judgeAgreement(JSON.parse(readFileSync(file, "utf8")) as Agreement);
}

export function judgeAgreement({ same, differences, operations }: Agreement): string {
  // What somebody else runs is read anew each time, and never changed.
  const changes = Object.entries(operations).filter(([operation]) => operation !== "same" && operation !== "read");
  const wrong = [...differences, ...changes.map(([operation, count]) => `the engine would ${operation} ${count}`)];
  if (wrong.length > 0 || same === 0) {
    throw new Error(same === 0 && wrong.length === 0 ? "neither preview has a resource" : wrong.join("; "));
  }
  return `${same} resources, no difference, nothing to change`;
}
