/** Far deeper than anybody writes, and far less than the stack takes. */
const deepest = 500;

const openers = "[{";
const closers = "]}";

/**
 * Whether a YAML or JSON text may be nested deeper than a parser should follow, told without one. A parser that goes down a
 * call for each level comes to the end of the stack, and V8 ends the whole process where a regular expression is compiled
 * there ("RegExpCompiler Allocation failed"): one text of 20,000 brackets would be the end of a preview.
 *
 * Brackets count where a value can begin, so that prose with half-open intervals, [0, 1), is none.
 */
export function nestsTooDeep(text: string): boolean {
  /** Columns of the block collections that are open. */
  const columns: number[] = [];
  let flow = 0;
  let flowColumn = 0;
  for (const line of text.split("\n")) {
    const content = line.trimStart();
    if (content === "") continue;
    let column = line.length - content.length;
    // What is in brackets stands deeper than the line that opened them.
    if (flow > 0 && column <= flowColumn && !/^[[\]{}",]/.test(content)) flow = 0;
    if (flow === 0) {
      flowColumn = column;
      while ((columns.at(-1) ?? -1) >= column) columns.pop();
      // Each dash of "- - - a" opens a list in a list.
      for (const [dash] of content.matchAll(/[-?][ \t]+/gy)) {
        columns.push(column);
        column += dash.length;
      }
      columns.push(column);
      if (columns.length > deepest) return true;
    }
    let before = ":";
    for (const sign of content) {
      if (sign === " " || sign === "\t") continue;
      if (openers.includes(sign) && /[-:?,[{]/.test(before)) flow += 1;
      else if (closers.includes(sign) && flow > 0) flow -= 1;
      if (flow > deepest) return true;
      before = sign;
    }
  }
  return false;
}
