import { type Answer } from "../../http/request";

export interface HeaderLine {
  name: string;
  value: string;
}

/**
 * Every header line that the echo got, also a name that came twice: it writes one line of JSON for each, and a reader of
 * JSON keeps the last one only.
 */
export function headerLines(answer: Answer): HeaderLine[] {
  const text = '"(?:[^"\\\\]|\\\\.)*"';
  return [...answer.body.matchAll(new RegExp(`^    (${text}): (${text}),?$`, "gm"))].map(
    ([, name = "", value = ""]) => ({
      name: (JSON.parse(name) as string).toLowerCase(),
      value: JSON.parse(value) as string,
    }),
  );
}

/** A name as programs see it that take `_` for `-`, as those behind WSGI and CGI do. */
export function folded(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}
