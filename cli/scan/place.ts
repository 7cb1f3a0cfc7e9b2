import { type Path } from "./document";

const step = /(?:^|\.)([A-Za-z_$][\w$-]*)|\[(?:(\d+)|("(?:[^"\\]|\\.)*"))\]/y;

/** A violation's field as steps, as far as they lead through the manifest itself, and the line inside the text there. */
export function placeOfField(field: string): { path: Path; textLine?: number } {
  const path: (string | number)[] = [];
  step.lastIndex = 0;
  let end = 0;
  for (let match = step.exec(field); match; match = step.exec(field)) {
    const [, name, index, quoted] = match;
    if (name !== undefined) path.push(name);
    else path.push(index === undefined ? (JSON.parse(quoted ?? '""') as string) : Number(index));
    end = step.lastIndex;
  }
  const line = /^ line (\d+)/.exec(field.slice(end))?.[1];
  return line === undefined ? { path } : { path, textLine: Number(line) };
}
