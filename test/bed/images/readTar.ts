/** What `tar -t` would show, and the content; written from the specification and not from the writer. */
export interface ReadEntry {
  path: string;
  type: string;
  mode: number;
  owner: number;
  time: number;
  target: string;
  content: Buffer;
}

export function readTar(archive: Buffer): ReadEntry[] {
  const entries: ReadEntry[] = [];
  for (let at = 0; at < archive.length && archive[at] !== 0;) {
    const text = (offset: number, length: number) =>
      archive
        .subarray(at + offset, at + offset + length)
        .toString()
        .replace(/\0.*$/s, "");
    const number = (offset: number, length: number) => parseInt(text(offset, length).trim() || "0", 8);
    const size = number(124, 12);
    const header = Buffer.from(archive.subarray(at, at + 512));
    header.fill(" ", 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    if (sum !== number(148, 8)) {
      throw new Error(`the header at ${at} has a wrong checksum`);
    }
    const prefix = text(345, 155);
    entries.push({
      path: prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`,
      type: text(156, 1),
      mode: number(100, 8),
      owner: number(108, 8) + number(116, 8),
      time: number(136, 12),
      target: text(157, 100),
      content: archive.subarray(at + 512, at + 512 + size),
    });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}
