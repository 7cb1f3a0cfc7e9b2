import "../reflectMetadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import assert from "node:assert/strict";
import { webcrypto, X509Certificate } from "node:crypto";
import { type TlsOptions } from "node:tls";
import { certificate, signatureAlgorithm } from "../../../acceptance/checks/tls/certificate";
import { type Target } from "../../../acceptance/check";
import { authority, issue, type Issued } from "../certificates";
import { contextFor, echoName, fakeAuthority, fakeGate, gateName } from "../fakeGate";

/** A certificate with something wrong about it, from the usual CA. */
async function make({
  keys: algorithm = { name: "ECDSA", namedCurve: "P-256" },
  hash = "SHA-256",
  ca = false,
  usage = ExtendedKeyUsage.serverAuth,
}: {
  keys?: webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams;
  hash?: string;
  ca?: boolean;
  usage?: string;
}): Promise<Issued> {
  const by = await fakeAuthority();
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: "01",
    issuer: by.certificate.subject,
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 40 * 86_400_000),
    signingAlgorithm: { name: "ECDSA", hash },
    publicKey: keys.publicKey,
    signingKey: by.keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(ca, undefined, true),
      new ExtendedKeyUsageExtension([usage]),
      new SubjectAlternativeNameExtension([gateName, `*.${gateName}`].map((value) => ({ type: "dns", value }))),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return { cert: certificate.toString("pem"), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` };
}

async function resultOf(tls: TlsOptions, target: Partial<Target> = {}) {
  const gate = await fakeGate(() => ({}), { tls, target });
  try {
    const context = contextFor(gate.target);
    await certificate.run(context);
    return context.probe;
  } finally {
    await gate.close();
  }
}

describe("the check of the certificate", () => {
  it("passes for both names and a wildcard from the given CA, and keeps the days that are left", async () => {
    const { faults, right, figures } = await resultOf({
      ...(await issue(await fakeAuthority(), [gateName, `*.${gateName}`], {
        notAfter: new Date(Date.now() + 40.5 * 86_400_000),
      })),
    });
    assert.deepEqual(faults, []);
    assert.ok(right.includes(`any-other-name.${gateName} is a name of the certificate, too`));
    assert.ok(right.some((line) => line.endsWith("signed with ECDSA with SHA-256")));
    assert.deepEqual(
      figures.map(({ value }) => value),
      [40, 40],
    );
  });

  it("finds a certificate of another CA, and one that only the system could trust", async () => {
    const { cert } = await authority("Somebody else");
    const { faults } = await resultOf({}, { ca: cert });
    assert.equal(faults.length, 2);
    assert.match(faults.join("\n"), /should be trusted for this name; the handshake ended with: .*certificate/);
    assert.match((await resultOf({}, { ca: undefined })).faults.join("\n"), /should be trusted/);
  });

  it("finds names that are missing", async () => {
    const ca = await fakeAuthority();
    const notAfter = new Date(Date.now() + 40 * 86_400_000);
    const one = await resultOf(await issue(ca, [gateName], { notAfter }));
    assert.match(one.faults.join("\n"), new RegExp(`should have \\*\\.${gateName}`));
    assert.match(one.faults.join("\n"), new RegExp(`^${echoName}: its certificate should be trusted`, "m"));
    const two = await resultOf(await issue(ca, [gateName, echoName], { notAfter }));
    assert.equal(two.faults.length, 1);
    assert.match(two.faults.join("\n"), /say --no-wildcard$/);
  });

  it("wants no wildcard where hosts are named one by one, but still each of their names", async () => {
    const ca = await fakeAuthority();
    const notAfter = new Date(Date.now() + 40 * 86_400_000);
    const both = await resultOf(await issue(ca, [gateName, echoName], { notAfter }), { wildcard: false });
    assert.deepEqual(both.faults, []);
    const one = await resultOf(await issue(ca, [gateName], { notAfter }), { wildcard: false });
    assert.equal(one.faults.length, 1);
    assert.match(one.faults[0] ?? "", new RegExp(`^${echoName}: its certificate should be trusted`));
  });

  it("wants no names below an address", async () => {
    const issued = await issue(await fakeAuthority(), ["127.0.0.1"], {
      notAfter: new Date(Date.now() + 40 * 86_400_000),
    });
    const gate = await fakeGate(() => ({}), { tls: issued });
    try {
      const context = contextFor({ ...gate.target, gate: new URL(`https://127.0.0.1:${gate.port}`), echo: undefined });
      await certificate.run(context);
      assert.deepEqual(context.probe.faults, []);
    } finally {
      await gate.close();
    }
  });

  it("finds the name of an application that is missing, whichever way the application is known", async () => {
    const issued = await issue(await fakeAuthority(), [gateName, `*.${gateName}`], {
      notAfter: new Date(Date.now() + 40 * 86_400_000),
    });
    const gate = await fakeGate(() => ({}), { tls: { ...issued } });
    try {
      const covered = new URL(`https://grafana.${gateName}:${gate.port}`);
      const other = new URL(`https://grafana.example.com:${gate.port}`);
      for (const [known, faults] of [
        [{ app: covered, closedApp: covered }, []],
        [{ app: other }, ["grafana.example.com"]],
        [{ closedApp: other }, ["grafana.example.com"]],
      ] as const) {
        const context = contextFor({ ...gate.target, ...known });
        await certificate.run(context);
        assert.deepEqual(
          context.probe.faults.map((fault) => fault.split(": its certificate should be trusted")[0]),
          faults,
        );
      }
    } finally {
      await gate.close();
    }
  });

  it("finds a certificate that is over, one that isn't yet, and one that ends today", async () => {
    const ca = await fakeAuthority();
    const names = [gateName, `*.${gateName}`];
    const hour = 3_600_000;
    const at = (hours: number) => new Date(Date.now() + hours * hour);
    for (const [from, to, fault] of [
      [at(-48), at(-1), /ended with: certificate has expired/],
      [at(1), at(48), /ended with: certificate is not yet valid/],
      [at(-48), at(12), /it should have been renewed long before/],
    ] as const) {
      const { faults } = await resultOf(await issue(ca, names, { notBefore: from, notAfter: to }));
      assert.match(faults.join("\n"), fault);
    }
  });

  it("finds short keys, old signatures, and the certificate of a CA or of a client", async () => {
    const rsa = { name: "RSASSA-PKCS1-v1_5", modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) };
    for (const [made, fault] of [
      [{ keys: { ...rsa, hash: "SHA-256" } }, /the key is rsa 1024; it should be RSA of 2048 bits/],
      [{ hash: "SHA-1" }, /handshake ended with: CA signature digest algorithm too weak/],
      [{ ca: true }, /the server's own certificate is a CA/],
      [{ usage: ExtendedKeyUsage.clientAuth }, /handshake ended with: unsuitable certificate purpose/],
    ] as const) {
      const { faults } = await resultOf({ ...(await make(made)), ciphers: "DEFAULT@SECLEVEL=0" });
      assert.match(faults.join("\n"), fault);
    }
  });

  it("reads a certificate's algorithm", async () => {
    const { cert } = await issue(await fakeAuthority(), ["a.example.com"]);
    assert.equal(signatureAlgorithm(new X509Certificate(cert).raw), "2a8648ce3d040302");
  });
});
