import { isIPv4 } from "node:net";

/** The PROXY protocol's header, version 1: https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt, section 2.1. */
export function version1(source: string): Buffer {
  return Buffer.from(`PROXY TCP4 ${source} 192.0.2.1 40000 443\r\n`, "latin1");
}

/** What version 2 begins with (section 2.2). */
export const signature2 = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");

/** Version 2, the command PROXY, TCP over IPv4 (sections 2.2 and 2.2.1). */
export function version2(source: string): Buffer {
  if (!isIPv4(source)) {
    throw new Error(`${source} is no IPv4 address`);
  }
  const address = (text: string) => Buffer.from(text.split(".").map(Number));
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(40_000, 0);
  ports.writeUInt16BE(443, 2);
  return Buffer.concat([signature2, Buffer.from([0x21, 0x11, 0, 12]), address(source), address("192.0.2.1"), ports]);
}
