import picocolors from "picocolors";

/** How a report looks: its colours and its width. */
export interface Style {
  colors: ReturnType<typeof picocolors.createColors>;
  width: number;
}

/** Colours only for a person, and only who wants them; a width that fits a reviewer's screen and a log. */
export function styleFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Style {
  const plain = stream.isTTY !== true || (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  return { colors: picocolors.createColors(!plain), width: 100 };
}

/** Breaks a text into lines of at most a width, at spaces; what is longer than a line stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(/\s+/).filter((part) => part !== "")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    if (line !== "") {
      lines.push(line);
    }
  }
  return lines;
}

/** Breaks a list into lines of at most a width, between its items only. */
export function wrapItems(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [index, item] of items.entries()) {
    const piece = index === items.length - 1 ? item : `${item},`;
    if (line !== "" && line.length + 1 + piece.length > width) {
      lines.push(line);
      line = piece;
    } else {
      line = line === "" ? piece : `${line} ${piece}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** As many items as fit into a width, and the number of the others. */
export function fit(items: readonly string[], width: number): string {
  let text = "";
  for (const [index, item] of items.entries()) {
    const next = index === 0 ? item : `${text}, ${item}`;
    const rest = items.length - index - 1;
    const more = rest === 0 ? "" : `, +${rest}`;
    if (index > 0 && next.length + more.length > width) {
      return `${text}, +${items.length - index}`;
    }
    text = next;
  }
  return text;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
