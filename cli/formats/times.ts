import { type Style } from "./style";

/** The measured seconds of one case. */
export interface Times {
  name: string;
  /** Seconds that it may take. */
  aim: number;
  seconds: readonly number[];
}

export function formatTimes(times: readonly Times[], { colors }: Style): string {
  const width = Math.max(...times.map(({ name }) => name.length));
  const lines = times.map(({ name, aim, seconds }) => {
    const sorted = [...seconds].sort((a, b) => a - b);
    const at = (share: number) => (sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN).toFixed(2);
    const median = at(0.5);
    const verdict = Number(median) <= aim ? colors.green(`aim ${aim} s: met`) : colors.red(`aim ${aim} s: missed`);
    return `${name.padEnd(width)}  median ${median} s  (${at(0)} to ${at(1)} s, ${seconds.length} runs)  ${verdict}`;
  });
  return lines.join("\n");
}
