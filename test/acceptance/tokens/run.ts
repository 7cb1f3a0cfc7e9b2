import { type Check, type Target } from "../../../acceptance/check";
import { type RecordingProbe } from "../../../acceptance/recordingProbe";
import { contextFor } from "../fakeGate";
import { deployment, type Deployment } from "./deployment";
import { type Faults } from "./gateway";

/** Runs a check against a deployment with faults, and gives what it said. */
export async function runAgainst(
  check: Check,
  faults: Faults = {},
  change: (target: Target, made: Deployment) => Target = (target) => target,
): Promise<RecordingProbe> {
  const made = await deployment(faults);
  try {
    const context = contextFor(change(made.target, made));
    await check.run(context);
    return context.probe;
  } finally {
    await made.close();
  }
}
