const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns the first signal to stop into an abort, so that what was changed can be restored; the second one does what it
 * always does. `release` gives the signals back.
 */
export function untilInterrupted(told: (name: string) => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  // With the wrappers of `once`, so that they stay what they are.
  const others = names.map((name) => [name, process.rawListeners(name)] as const);
  const giveBack = () => {
    for (const [name, listeners] of others) {
      process.off(name, interrupted);
      for (const listener of listeners) {
        process.on(name, listener as NodeJS.SignalsListener);
      }
    }
    others.length = 0;
  };
  const interrupted: NodeJS.SignalsListener = (name) => {
    giveBack();
    told(name);
    controller.abort(new DOMException(`interrupted by ${name}`, "AbortError"));
  };
  for (const [name] of others) {
    process.removeAllListeners(name);
    process.on(name, interrupted);
  }
  return { signal: controller.signal, release: giveBack };
}
