/** A released version. What is tagged before a release (`-rc.1`) is older than the release. */
export interface Version {
  readonly numbers: readonly [major: number, minor: number, patch: number];
  readonly isPrerelease: boolean;
}

/**
 * Reads a version from an image's tag: three numbers, with what image builders write behind them (`-distroless`).
 * Nothing where the tag isn't one: `latest`, `1.31`, a commit.
 */
export function readVersion(tag: string): Version | undefined {
  const found = /^v?(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?:[-+](.+))?$/.exec(tag);
  if (!found) return undefined;
  const [, major, minor, patch, suffix = ""] = found;
  return {
    numbers: [Number(major), Number(minor), Number(patch)],
    isPrerelease: /^(alpha|beta|rc|pre|dev|snapshot|nightly)/i.test(suffix),
  };
}

/** Below 0 where `a` is older than `b`. */
export function compare(a: Version, b: Version): number {
  const [first = 0] = [0, 1, 2].map((index) => (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0)).filter(Boolean);
  return first !== 0 ? first : Number(b.isPrerelease) - Number(a.isPrerelease);
}

export function sameBranch(a: Version, b: Version): boolean {
  return a.numbers[0] === b.numbers[0] && a.numbers[1] === b.numbers[1];
}

/** A version of the table, which has to be one. */
export function version(text: string): Version {
  const found = readVersion(text);
  if (!found) throw new Error(`${text} is no version`);
  return found;
}
