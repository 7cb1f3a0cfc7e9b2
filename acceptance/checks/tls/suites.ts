/** Suites with forward secrecy and authenticated encryption, the only ones that a server may take (RFC 9325, 4.2). */
const modern: Readonly<Record<number, string>> = {
  0x009e: "DHE-RSA-AES128-GCM-SHA256",
  0x009f: "DHE-RSA-AES256-GCM-SHA384",
  0xc02b: "ECDHE-ECDSA-AES128-GCM-SHA256",
  0xc02c: "ECDHE-ECDSA-AES256-GCM-SHA384",
  0xc02f: "ECDHE-RSA-AES128-GCM-SHA256",
  0xc030: "ECDHE-RSA-AES256-GCM-SHA384",
  0xc0ac: "ECDHE-ECDSA-AES128-CCM",
  0xc0ad: "ECDHE-ECDSA-AES256-CCM",
  0xcca8: "ECDHE-RSA-CHACHA20-POLY1305",
  0xcca9: "ECDHE-ECDSA-CHACHA20-POLY1305",
  0xccaa: "DHE-RSA-CHACHA20-POLY1305",
};

export const modernSuites = Object.keys(modern).map(Number);

/** What a TLS library calls a modern suite, of TLS 1.2 or of TLS 1.3. */
export function isModernName(name: string): boolean {
  return (
    /^TLS_(AES_(128|256)_GCM_SHA(256|384)|CHACHA20_POLY1305_SHA256)$/.test(name) || Object.values(modern).includes(name)
  );
}

/** Groups of suites that a server must refuse; the last ones are whatever else the registry may ever have held. */
export const refusedSuites: readonly { what: string; suites: readonly number[] }[] = [
  { what: "no encryption", suites: [0x0001, 0x0002, 0x003b, 0xc006, 0xc010, 0xc015, 0x002c, 0x002d, 0x002e] },
  {
    what: "no authentication",
    suites: [0x0018, 0x001b, 0x0034, 0x003a, 0x006c, 0x006d, 0x00a6, 0x00a7, 0xc016, 0xc017, 0xc018, 0xc019],
  },
  { what: "export ciphers", suites: [0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0017, 0x0019] },
  { what: "RC4", suites: [0x0004, 0x0005, 0xc002, 0xc007, 0xc00c, 0xc011] },
  {
    what: "DES and Triple DES",
    suites: [0x0009, 0x000a, 0x000c, 0x000f, 0x0012, 0x0013, 0x0015, 0x0016, 0xc003, 0xc008, 0xc00d, 0xc012],
  },
  {
    what: "CBC without authenticated encryption",
    suites: [0xc009, 0xc00a, 0xc013, 0xc014, 0xc023, 0xc024, 0xc027, 0xc028, 0x0033, 0x0039, 0x0067, 0x006b],
  },
  { what: "RSA key exchange, without forward secrecy", suites: [0x002f, 0x0035, 0x003c, 0x003d, 0x009c, 0x009d] },
  {
    what: "fixed Diffie-Hellman keys, without forward secrecy",
    suites: [0x0030, 0x0031, 0x00a0, 0x00a2, 0x00a4, 0xc004, 0xc005, 0xc00e, 0xc00f, 0xc02d, 0xc031],
  },
  ...[0x00, 0xc0, 0xcc, 0xd0, 0xfe].map((block) => ({
    what: `any other suite 0x${block.toString(16).padStart(2, "0")}xx`,
    suites: everySuite(block),
  })),
];

/** Every number of a block but modern suites and the two that are signals and no suites. */
function everySuite(block: number): number[] {
  return Array.from({ length: 256 }, (_, low) => block * 256 + low).filter(
    (suite) => !modernSuites.includes(suite) && suite !== 0x00ff && suite !== 0x0000,
  );
}
