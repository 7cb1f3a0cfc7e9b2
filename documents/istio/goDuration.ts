/** https://pkg.go.dev/time#ParseDuration, without signs. */
const parts = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;
const units: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, μs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Seconds of a Go duration; not a number where the text is none. */
export function goDurationSeconds(text: string): number {
  const found = [...text.matchAll(parts)];
  const whole = text !== "" && found.map(([part]) => part).join("") === text;
  return whole
    ? found.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (units[unit] ?? 0), 0)
    : Number.NaN;
}
