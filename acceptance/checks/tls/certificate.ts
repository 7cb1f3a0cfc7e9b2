import { type X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type Check, type Probe, type Target } from "../../check";
import { publicNames, shakeHands } from "./handshake";

const day = 86_400_000;

/** Whom a browser believes that it speaks to. */
export const certificate: Check = {
  area: "tls",
  name: "certificate",
  proves:
    "Every public name shows a certificate that leads to the given CA, or to one of the system's, names it and, unless hosts are named one by one (`--no-wildcard`), every other name below the gate's, is in force, and has keys and signatures of today's strength.",
  mend: "Look at the Certificate `gatehouse-edge` in the gateway's namespace (kubectl describe certificate -n ingress): its dnsNames, its status and its issuer. The CA to trust is the output `caCertificate`, see docs/4-certificates.md.",
  exercises: ["gateway", "cert-manager"],
  needs: [],
  async run({ target, probe, signal }) {
    for (const url of namesWithCertificate(target)) {
      let chain: X509Certificate[];
      try {
        ({ chain } = await shakeHands(target, url, {}, signal));
      } catch (error) {
        signal.throwIfAborted();
        const why = error instanceof Error ? error.message : "an error";
        probe.wrong(
          `${url.hostname}: its certificate should be trusted for this name; the handshake ended with: ${why}`,
        );
        continue;
      }
      const [leaf, ...issuers] = chain;
      if (leaf === undefined) {
        probe.wrong(`${url.hostname}: it should have shown a certificate, and showed none`);
        continue;
      }
      probe.seen(
        `${url.hostname}: the certificate leads to a trusted CA over ${issuers.length} issuers and has this name`,
      );
      if (url === target.gate && wantsWildcard(target)) {
        const other = `any-other-name.${url.hostname}`;
        probe.expect(
          leaf.checkHost(other) !== undefined,
          `${other} is a name of the certificate, too`,
          `${url.hostname}: the certificate should have *.${url.hostname} for the applications' names; it has ${leaf.subjectAltName ?? "no names"}. Where it names hosts one by one, as HTTP-01 has it signed, say --no-wildcard`,
        );
      }
      expectServer(probe, url.hostname, leaf);
      chain.forEach((each, index) =>
        expectStrong(
          probe,
          `${url.hostname}, certificate ${index + 1} of the chain`,
          each,
          each.issuer === each.subject,
        ),
      );
    }
  },
};

/** No name is below an address. */
function wantsWildcard({ gate, wildcard = true }: Target): boolean {
  return wildcard && isIP(gate.hostname.replace(/^\[|\]$/g, "")) === 0;
}

/** An application's host may have a certificate of its own, or need a name in the gate's that nobody put there. */
function namesWithCertificate(target: Target): URL[] {
  const apps = [target.app, target.closedApp].filter((url) => url !== undefined);
  return [...new Map([...publicNames(target), ...apps].map((url) => [url.host, url])).values()];
}

function expectServer(probe: Probe, name: string, leaf: X509Certificate): void {
  const days = Math.floor((Date.parse(leaf.validTo) - Date.now()) / day);
  probe.figure(`days until the certificate of ${name} ends`, days, "d");
  probe.expect(
    days >= 1,
    `${name}: in force for ${days} days`,
    `${name}: the certificate ends on ${leaf.validTo}; it should have been renewed long before`,
  );
  probe.expect(
    !leaf.ca,
    `${name}: it is no CA`,
    `${name}: the server's own certificate is a CA; whoever gets its key can make certificates`,
  );
  const serverAuth = "1.3.6.1.5.5.7.3.1";
  // Node has the extended key usage under this name.
  const usages: readonly string[] | undefined = leaf.keyUsage;
  probe.expect(
    usages === undefined || usages.includes(serverAuth),
    `${name}: it is for servers`,
    `${name}: the certificate should be for servers (extended key usage serverAuth); it is for ${usages?.join(", ")}`,
  );
}

const strongCurves = ["prime256v1", "secp384r1", "secp521r1"];

/** RFC 9325, section 4: 2048 bits of RSA, or 256 bits of an elliptic curve; SHA-256 or longer. */
function expectStrong(probe: Probe, what: string, { publicKey, raw }: X509Certificate, selfSigned: boolean): void {
  const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails: { modulusLength = 0, namedCurve = "" } = {} } =
    publicKey;
  const strong =
    (type === "rsa" && modulusLength >= 2048) ||
    (type === "ec" && strongCurves.includes(namedCurve)) ||
    type === "ed25519" ||
    type === "ed448";
  const key = [type, namedCurve || modulusLength || ""].join(" ").trim();
  probe.expect(
    strong,
    `${what}: the key is ${key}`,
    `${what}: the key is ${key}; it should be RSA of 2048 bits or an elliptic curve of 256 bits at least`,
  );
  if (!selfSigned) {
    // A trusted CA's signature of itself protects nothing.
    const algorithm = signatureAlgorithm(raw);
    probe.expect(
      strongSignatures.has(algorithm),
      `${what}: signed with ${strongSignatures.get(algorithm)}`,
      `${what}: signed with an algorithm that is none of ${[...strongSignatures.values()].join(", ")} (object identifier ${algorithm})`,
    );
  }
}

/** Object identifiers as they stand in a certificate, in hexadecimal. */
const strongSignatures = new Map([
  ["2a8648ce3d040302", "ECDSA with SHA-256"],
  ["2a8648ce3d040303", "ECDSA with SHA-384"],
  ["2a8648ce3d040304", "ECDSA with SHA-512"],
  ["2a864886f70d01010b", "RSA with SHA-256"],
  ["2a864886f70d01010c", "RSA with SHA-384"],
  ["2a864886f70d01010d", "RSA with SHA-512"],
  ["2a864886f70d01010a", "RSA-PSS"],
  ["2b6570", "Ed25519"],
  ["2b6571", "Ed448"],
]);

/** The second part of a certificate is the algorithm of its signature (RFC 5280, section 4.1); Node 20 does not tell it. */
export function signatureAlgorithm(der: Buffer): string {
  const outer = contentAt(der, 0);
  const signed = contentAt(der, outer.start);
  const algorithm = contentAt(der, signed.end);
  const identifier = contentAt(der, algorithm.start);
  return der.subarray(identifier.start, identifier.end).toString("hex");
}

/** Where the content of the DER element at an offset lies. */
function contentAt(der: Buffer, at: number): { start: number; end: number } {
  const first = der[at + 1] ?? 0;
  if (first < 0x80) {
    return { start: at + 2, end: at + 2 + first };
  }
  const width = first - 0x80;
  const start = at + 2 + width;
  return { start, end: start + der.readUIntBE(at + 2, width) };
}
