const named: Record<string, string> = {
  amp: "&",
  AMP: "&",
  lt: "<",
  LT: "<",
  gt: ">",
  GT: ">",
  quot: '"',
  QUOT: '"',
  apos: "'",
  sol: "/",
  bsol: "\\",
  colon: ":",
  commat: "@",
  num: "#",
  quest: "?",
  period: ".",
  Tab: "\t",
  NewLine: "\n",
};

/** Of the names above, those that need no semicolon where nothing follows that could belong to them. */
const unfinished = /&(?:#(\d+);?|#x([0-9a-f]+);?|([a-z]+);|(amp|lt|gt|quot)(?![=a-z0-9]))/gi;

/** The text of an attribute without character references, as browsers read it; Go's templates write `+` as `&#43;`. */
export function plainText(text: string): string {
  return text.replace(unfinished, (whole, decimal?: string, hex?: string, finished?: string, open?: string) => {
    const name = finished ?? open;
    if (name !== undefined) {
      return named[name] ?? whole;
    }
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    // A number that is no character is one that nobody can read, and no error.
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}
