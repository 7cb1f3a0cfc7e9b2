import { type CheckContext } from "../check";
import { inParallel } from "../http/inParallel";
import { askEcho, bearer } from "./ask";
import { type Forgery } from "./forge";
import { expectRefused } from "./refusal";

/** Asks with each forged token; every one must be refused. */
export async function refuseEach(
  context: CheckContext,
  forgeries: readonly Forgery[],
  expectIt: typeof expectRefused = expectRefused,
): Promise<void> {
  if (forgeries.length === 0) {
    throw new Error("there is no forged token to try");
  }
  context.probe.busy(`${forgeries.length} forged tokens`);
  await inParallel(forgeries, async ({ what, token }) => {
    expectIt(context.probe, await askEcho(context, [bearer(token)]), what);
  });
}
