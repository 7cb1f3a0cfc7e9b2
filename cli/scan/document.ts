export type Path = readonly (string | number)[];

/** One document of a text: its value, and where the parts of it stand. */
export interface SourceDocument {
  readonly value: unknown;
  /** The line of the part that a path names, or of the nearest one around it that is there. */
  lineOf(path: Path, textLine?: number): number;
}

/** A place that can't be read, and why; never a piece of the text, which may be a secret. */
export interface Unreadable {
  readonly line: number;
  readonly reason: string;
}

export interface SourceText {
  readonly documents: readonly SourceDocument[];
  readonly unreadable: readonly Unreadable[];
}

/** Deeper than any manifest, and shallow enough for every reader's own recursion. */
export const maxDepth = 200;
