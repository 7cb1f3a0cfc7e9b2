/**
 * Requests about whose end two programs may disagree, so that what one takes for a body is a request for the other
 * (RFC 9112, section 11.2). Everything that became known under this name, over HTTP/1.1.
 */
export interface Desync {
  what: string;
  /** Each part but the first waits for an answer to those before. */
  parts: readonly string[];
}

interface Outer {
  /** The target of the request that is seen. */
  path: string;
  host: string;
  /** Headers of every request of this kind, each with its line's end. */
  headers: string;
}

/** `inner` is a whole request that nobody should see. */
export function desyncs({ path, host, headers }: Outer, inner: string): Desync[] {
  const post = (lines: readonly string[], body: string, version = "1.1") =>
    `POST ${path} HTTP/${version}\r\nHost: ${host}\r\n${headers}${lines.map((line) => `${line}\r\n`).join("")}\r\n${body}`;
  const hidden = `0\r\n\r\n${inner}`;
  const length = (text: string) => `Content-Length: ${text.length}`;
  const chunk = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;
  const firstLine = chunk.indexOf("\r\n") + 2;
  const one = (what: string, ...parts: string[]): Desync => ({ what, parts });
  return [
    one("length and chunks", post([length(hidden), "Transfer-Encoding: chunked"], hidden)),
    one("chunks and length", post(["Transfer-Encoding: chunked", length(hidden)], hidden)),
    one("a short length and a long chunk", post([`Content-Length: ${firstLine}`, "Transfer-Encoding: chunked"], chunk)),
    one("a length of nothing and chunks", post(["Content-Length: 0", "Transfer-Encoding: chunked"], hidden)),
    ...transferEncodings.flatMap((line) => [
      one(`length and ${shown(line)}`, post([length(hidden), line], hidden)),
      one(`${shown(line)} and a short length`, post([line, `Content-Length: ${firstLine}`], chunk)),
      one(`${shown(line)} alone`, post([line], hidden)),
    ]),
    ...lengths(inner.length).map((lines) => one(lines.map(shown).join(" and "), post(lines, inner))),
    ...chunkBodies(inner).map((body) =>
      one(`chunks as ${shown(body.slice(0, 40))}`, post(["Transfer-Encoding: chunked"], body)),
    ),
    ...heads(inner).map((head) =>
      one(`a header as ${shown(head.slice(0, 40))}`, `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}${head}`),
    ),
    one("lines that end with a line feed", post([length(inner)], inner).replaceAll("\r\n", "\n")),
    one("lines that end with a carriage return", post([length(inner)], inner).replaceAll("\r\n", "\r")),
    one("GET with a body", post([length(inner)], inner).replace(/^POST/, "GET")),
    one("HEAD with a body", post([length(inner)], inner).replace(/^POST/, "HEAD")),
    one("a body that never comes", post(["Content-Length: 1000000"], inner)),
    one("a body that comes late", post([length(inner)], ""), inner),
    one("chunks that come late", post(["Transfer-Encoding: chunked"], "0\r\n"), `\r\n${inner}`),
    one("expecting to go on", post(["Expect: 100-continue", length(inner)], ""), inner),
    one("expecting something", post(["Expect: something", length(inner)], ""), inner),
    one(
      "expecting to go on, with both lengths",
      post(["Expect: 100-continue", "Content-Length: 0", "Transfer-Encoding: chunked"], ""),
      hidden,
    ),
    one("HTTP/1.0 with chunks", post(["Transfer-Encoding: chunked", length(hidden)], hidden, "1.0")),
    one("a second request at once", post(["Content-Length: 0"], "") + inner),
    one("a second request afterwards", post(["Content-Length: 0"], ""), inner),
    one("empty lines before a second request", `${post(["Content-Length: 0"], "")}\r\n\r\n${inner}`),
    one("rubbish before a second request", `${post(["Content-Length: 0"], "")}\0\0 ${inner}`),
    one("an upgrade with a body", post(["Connection: Upgrade", "Upgrade: websocket", length(inner)], inner)),
    ...hopByHop.map((name) => one(`Connection: ${name}`, post([`Connection: close, ${name}`, length(inner)], inner))),
  ];
}

/** Lines that one program takes for chunks, and another doesn't. */
const transferEncodings = [
  "Transfer-Encoding: xchunked", "Transfer-Encoding : chunked", "Transfer-Encoding:chunked", "Transfer-Encoding:\tchunked",
  "Transfer-Encoding: chunked\t", "Transfer-Encoding: CHUNKED", "transfer-encoding: Chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
  "Transfer-Encoding: x\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
  " Transfer-Encoding: chunked", "\tTransfer-Encoding: chunked", "X: x\nTransfer-Encoding: chunked", "X: x\rTransfer-Encoding: chunked",
  "Transfer-Encoding\n: chunked", "Transfer-Encoding:\r\n chunked", "Transfer-Encoding:\n chunked", "Transfer-Encoding: \x0bchunked",
  "Transfer-Encoding: chunked\x0b", "Transfer-Encoding: \x0cchunked", "Transfer-Encoding: \0chunked", "Transfer-Encoding: chunked\0",
  "Transfer-Encoding\0: chunked", "Transfer-Encoding\xa0: chunked", "Transfer-Encoding:\xa0chunked", "Transfer-Encoding\x85: chunked",
  "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity, chunked", "Transfer-Encoding: identity", "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: chunked, chunked", 'Transfer-Encoding: "chunked"', "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: chunk",
  "Transfer-Encoding: ,chunked", "Transfer-Encoding: chunked,", "Transfer-Encoding:", "Transfer_Encoding: chunked", "Transfer Encoding: chunked",
  "Transfer-Encoding=chunked", "TE: chunked", "Content-Encoding: chunked", "X-Transfer-Encoding: chunked", "Transfer-Encoding: ch\tunked",
]; // prettier-ignore

function lengths(length: number): string[][] {
  const name = "Content-Length";
  return [
    [`${name}: 0`, `${name}: ${length}`],
    [`${name}: ${length}`, `${name}: 0`],
    [`${name}: ${length}`, `${name}: ${length}`],
    [`${name}: 0, ${length}`],
    [`${name}: ${length}, ${length}`],
    [`${name}: +0`],
    [`${name}: -1`],
    [`${name}: -${length}`],
    [`${name}: 0x0`],
    [`${name}: 0x${length.toString(16)}`],
    [`${name}: 0e1`],
    [`${name}: 0.0`],
    [`${name}: 0 ${length}`],
    [`${name}: 0;${length}`],
    [`${name}: 00`],
    [`${name}: \x0b0`],
    [`${name}: 0\0`],
    [`${name}: ٠`.replace("٠", "\xd9\xa0")],
    [`${name}: "0"`],
    [`${name}:`],
    [`${name}: 18446744073709551616`],
    [`${name}: 18446744073709551615`],
    [`${name}: 9223372036854775808`],
    [`${name}: 4294967296`],
    [`${name} : 0`],
    [`${name}\t: 0`],
    [` ${name}: 0`],
    [`${name}:\r\n 0`],
    [`Content_Length: ${length}`],
    [`X: x\n${name}: 0`],
    [`X: x\r${name}: 0`],
    [`${name}\0: 0`],
    [`X-${name}: ${length}`],
  ];
}

/** Chunks whose sizes, extensions or ends are read in more than one way. */
function chunkBodies(inner: string): string[] {
  const size = inner.length.toString(16);
  return [
    `1;a=b\nx\r\n0\r\n\r\n${inner}`,
    `1;\nx\r\n0\r\n\r\n${inner}`,
    `1;a\rb\r\nx\r\n0\r\n\r\n${inner}`,
    `1;${"a".repeat(20_000)}\r\nx\r\n0\r\n\r\n${inner}`,
    `2;\r\nxx\r\n${size}\r\n0\r\n\r\n${inner}`,
    `1\nx\n0\n\n${inner}`,
    `1\r\nx\n0\r\n\r\n${inner}`,
    `1\r\nxXX0\r\n\r\n${inner}`,
    `1\r\nxx\r\n0\r\n\r\n${inner}`,
    `0x0\r\n\r\n${inner}`,
    `0x1\r\nx\r\n0\r\n\r\n${inner}`,
    `+0\r\n\r\n${inner}`,
    `-0\r\n\r\n${inner}`,
    `-1\r\nx\r\n0\r\n\r\n${inner}`,
    ` 0\r\n\r\n${inner}`,
    `0 \r\n\r\n${inner}`,
    `0\t\r\n\r\n${inner}`,
    `00000000000000000\r\n\r\n${inner}`,
    `10000000000000000\r\n${inner}\r\n0\r\n\r\n`,
    `fffffffffffffffff\r\n${inner}\r\n0\r\n\r\n`,
    `1_0\r\n${inner}\r\n0\r\n\r\n`,
    `\r\n${inner}`,
    `\r\n0\r\n\r\n${inner}`,
    `g\r\n${inner}`,
    `0\r\n${inner}`,
    `0\r\nHost: unknown.example\r\n\r\n${inner}`,
    `0\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    `0\r\nTransfer-Encoding: chunked\r\n\r\n${inner}`,
    `0\r\nX: x\n\n${inner}`,
    `0\r\nX: x\r\r\n\r\n${inner}`,
    `0\n\r\n${inner}`,
    `0\r\n\n${inner}`,
    `0\r\r\n\r\n${inner}`,
  ];
}

/** Ends of a header that are none, with a request behind. */
function heads(inner: string): string[] {
  return [
    `X: x\n\n${inner}`,
    `X: x\r\r${inner}`,
    `X: x\r\n\n${inner}`,
    `X: x\n\r\n${inner}`,
    `X: x\r\n \r\n${inner}`,
    `X: x\r\n\t\r\n${inner}`,
    `X: x\r\n\0\r\n\r\n${inner}`,
    `X: x\r\n\x0b\r\n${inner}`,
    `X\r\n\r\n${inner}`,
    `: x\r\n\r\n${inner}`,
    `X : x\r\n\r\n${inner}`,
    `X\t: x\r\n\r\n${inner}`,
    `X\0: x\r\n\r\n${inner}`,
    `X: \0\r\n\r\n${inner}`,
    `X: x\r\n y\r\n\r\n${inner}`,
    ` X: x\r\n\r\n${inner}`,
    `X(: x\r\n\r\n${inner}`,
    `\xc3\xa4: x\r\n\r\n${inner}`,
    `${"X: x\r\n".repeat(300)}\r\n${inner}`,
    `X: ${"x".repeat(100_000)}\r\n\r\n${inner}`,
    `${inner}`,
  ];
}

/** Headers that a proxy takes away because the request says so, and that somebody behind it relies on. */
const hopByHop = ["Content-Length", "Transfer-Encoding", "Host", "Cookie", "Authorization", "X-Forwarded-For", "X-Forwarded-Proto", "X-Envoy-External-Address", "kubeflow-userid", "kubeflow-groups"]; // prettier-ignore

function shown(line: string): string {
  return JSON.stringify(line)
    .slice(1, -1)
    .replace(/[\u007f-\u00ff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);
}
