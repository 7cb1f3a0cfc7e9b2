/** One entry of a tar archive: all that an image needs, and nothing that differs between two runs. */
export type TarEntry =
  | { kind: "folder"; path: string; mode: number }
  | { kind: "link"; path: string; target: string }
  | { kind: "file"; path: string; mode: number; content: Buffer };

const block = 512;

/** A tar archive as the buffers that it is made of: the files' own content is not copied. */
export function tar(entries: readonly TarEntry[]): Buffer[] {
  const chunks = entries.flatMap((entry) => {
    const size = entry.kind === "file" ? entry.content.length : 0;
    const padding = Buffer.alloc((block - (size % block)) % block);
    return entry.kind === "file" ? [header(entry, size), entry.content, padding] : [header(entry, 0)];
  });
  return [...chunks, Buffer.alloc(2 * block)];
}

const types = { file: "0", link: "2", folder: "5" } as const;

/** A POSIX ustar header: owner and group 0, time 0. */
function header(entry: TarEntry, size: number): Buffer {
  const { prefix, name } = split(entry.kind === "folder" ? `${entry.path}/` : entry.path);
  const head = Buffer.alloc(block);
  head.write(name, 0, 100);
  octal(head, entry.kind === "link" ? 0o777 : entry.mode, 100, 8);
  octal(head, 0, 108, 8);
  octal(head, 0, 116, 8);
  octal(head, size, 124, 12);
  octal(head, 0, 136, 12);
  head.fill(" ", 148, 156);
  head.write(types[entry.kind], 156);
  if (entry.kind === "link") {
    checkLength(entry.target, 100);
    head.write(entry.target, 157, 100);
  }
  head.write("ustar\u000000", 257);
  head.write(prefix, 345, 155);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148);
  return head;
}

function octal(head: Buffer, value: number, offset: number, length: number): void {
  const digits = value.toString(8).padStart(length - 1, "0");
  checkLength(digits, length - 1);
  head.write(`${digits}\u0000`, offset);
}

/** A long path is cut at a slash: the name has room for 100 bytes, the part before it for 155. */
function split(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) {
    return { prefix: "", name: path };
  }
  const cut = path.indexOf("/", path.length - 101);
  const [prefix, name] = [path.slice(0, cut), path.slice(cut + 1)];
  checkLength(name, 100);
  checkLength(prefix, 155);
  return { prefix, name };
}

function checkLength(text: string, longest: number): void {
  if (Buffer.byteLength(text) > longest) {
    throw new RangeError(`"${text}" is longer than the ${longest} bytes that a tar header has for it`);
  }
}
