const units = { h: 3_600_000, m: 60_000, s: 1000 } as const;

/** Milliseconds of a duration as cert-manager's API has them: `2160h0m0s`. */
export function goDurationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw new Error(`${text} is no duration in hours, minutes and seconds`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
}
