/** Takes one line that says what is being done; whoever calls decides where it goes. */
export type Report = (line: string) => void;

/** How often a long step says that it is still at work. */
const repeatMs = 15_000;

/** Says when a step begins, that it still runs, and how long it took. */
export async function timed<T>(report: Report, doing: string, step: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const elapsed = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  report(`${doing} …`);
  const timer = setInterval(() => report(`${doing} … (${elapsed()})`), repeatMs).unref();
  try {
    const result = await step();
    report(`${doing}: done (${elapsed()})`);
    return result;
  } catch (error) {
    report(`${doing}: failed (${elapsed()})`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
