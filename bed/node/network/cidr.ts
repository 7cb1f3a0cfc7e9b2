/** An IPv4 block without some blocks in it, as a list of blocks. */
export function without(cidr: string, except: readonly string[]): string[] {
  const [first, ...rest] = except;
  return first === undefined ? [cidr] : minus(parse(cidr), parse(first)).flatMap((block) => without(show(block), rest));
}

interface Block {
  address: number;
  length: number;
}

function minus(block: Block, hole: Block): Block[] {
  if (contains(hole, block)) {
    return [];
  }
  if (!contains(block, hole)) {
    return [block];
  }
  const length = block.length + 1;
  const halves = [block.address, (block.address + 2 ** (32 - length)) >>> 0].map((address) => ({ address, length }));
  return halves.flatMap((half) => minus(half, hole));
}

function contains(outer: Block, inner: Block): boolean {
  const size = 2 ** (32 - outer.length);
  return inner.length >= outer.length && Math.floor(inner.address / size) === Math.floor(outer.address / size);
}

function parse(cidr: string): Block {
  const [address = "", length = "32"] = cidr.split("/");
  const bytes = address.split(".").map(Number);
  const bits = Number(length);
  if (
    bytes.length !== 4 ||
    !bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255) ||
    !(bits >= 0 && bits <= 32)
  ) {
    throw new Error(`${cidr} is not an IPv4 block such as 10.0.0.0/8`);
  }
  // 10.0.1.0/22 is the block of 10.0.0.0: what stands behind the length is no part of it, and halves are counted from its first address.
  const size = 2 ** (32 - bits);
  return { address: Math.floor(bytes.reduce((sum, byte) => sum * 256 + byte, 0) / size) * size, length: bits };
}

function show({ address, length }: Block): string {
  return `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".")}/${length}`;
}
