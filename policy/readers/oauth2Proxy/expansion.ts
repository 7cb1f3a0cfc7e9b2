/** What Linux lets one variable or argument be (MAX_ARG_STRLEN); a process with a longer one doesn't start. */
const longest = 128 * 1024;

/** What it lets all of a process's be together (three quarters of 8 MiB). */
const longestTogether = 6 * 1024 * 1024;

/** The value of a variable that grows beyond that, by others that stand in it. */
export const tooLong = Symbol("too long");

/** How much the texts of one container may still grow. */
export interface Room {
  left: number;
}

export function newRoom(): Room {
  return { left: longestTogether };
}

/**
 * A text with the variables in it that Kubernetes replaces; `tooLong` where no process could have it, as after twenty
 * variables of which each has the one before it twice.
 */
export function expanded(text: string, valueOf: (name: string) => unknown, room: Room): unknown {
  const [, whole] = /^\$\(([A-Za-z_][\w.-]*)\)$/.exec(text) ?? [];
  const source = whole === undefined ? undefined : valueOf(whole);
  if (source !== undefined) return source;
  let length = 0;
  let end = 0;
  const parts: string[] = [];
  const add = (part: string) => {
    length += part.length;
    parts.push(part);
  };
  for (const { 0: reference, 1: name = "", index } of text.matchAll(/\$\(([A-Za-z_][\w.-]*)\)/g)) {
    const value = valueOf(name);
    if (value === tooLong) return tooLong;
    add(text.slice(end, index));
    add(typeof value === "string" ? value : reference);
    end = index + reference.length;
    if (length > longest || length > room.left) return tooLong;
  }
  // Nothing was replaced, and so nothing has grown.
  if (parts.length === 0) return text;
  add(text.slice(end));
  if (length > longest || length > room.left) return tooLong;
  room.left -= length;
  return parts.join("");
}
