import assert from "node:assert/strict";
import { type Check, type CheckContext } from "../../../acceptance/check";
import { contextFor } from "../fakeGate";
import { fakeSignIn, type FakeSignInOptions } from "./fakeSignIn";
import { type Wrong } from "./wrong";

/** A right deployment passes, with at least so much looked at. */
export async function passes(check: Check, atLeast: number, options: FakeSignInOptions = {}): Promise<void> {
  const gate = await fakeSignIn(options);
  const context = contextFor(gate.target, AbortSignal.timeout(18_000));
  try {
    await check.run(context);
  } finally {
    await gate.close();
  }
  assert.deepEqual(context.probe.faults, []);
  assert.ok(context.probe.right.length >= atLeast, `${context.probe.right.length} things were looked at`);
}

/** A deployment with one thing wrong is found out in these words; the check ends there, as nobody reads on. */
export async function notices(
  check: Check,
  wrong: Wrong,
  words: RegExp,
  options: FakeSignInOptions = {},
): Promise<void> {
  const gate = await fakeSignIn({ ...options, wrong });
  const { probe, ...rest } = contextFor(gate.target, AbortSignal.timeout(18_000));
  const found: string[] = [];
  const ended = new Promise<void>((resolve) => {
    const tell = (fault: string) => {
      found.push(fault);
      if (words.test(fault)) {
        resolve();
      }
    };
    const watched: CheckContext = {
      ...rest,
      probe: {
        seen: () => undefined,
        wrong: tell,
        expect: (condition, what, otherwise = what) => (condition ? undefined : tell(otherwise)),
        figure: () => undefined,
        file: (name) => probe.file(name),
        busy: () => undefined,
      },
    };
    // An error of the check is a finding too, as it is in a run.
    check.run(watched).then(resolve, (error: unknown) => {
      tell(String(error));
      resolve();
    });
  });
  await ended;
  await gate.close();
  assert.match(found.join("\n"), words);
  // Nothing that is secret stands in a finding.
  assert.doesNotMatch(found.join("\n"), /eyJ|\|\d{10}\||[?&]code=/);
}
