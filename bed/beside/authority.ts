import { readFileSync } from "node:fs";
import { join } from "node:path";
import { layout } from "../node/layout";
import { type Authority, signLeaf } from "../platform/certificates/leaf";
import { writePrivate } from "../platform/privateFiles";
import { makeAuthority } from "../platform/values/authority";
import { keptPair } from "./keptPair";

/** A company's own CA, which has nothing to do with the platform's; made once for each bed. */
export function ownAuthority(): Promise<Authority & { file: string }> {
  return keptPair("ca", () =>
    makeAuthority({
      commonName: "Example company CA",
      organization: "Example company",
      validityHours: 24 * 30,
    }),
  );
}

/** A new certificate for a server, with a new key, of that CA or another one. */
export async function serverCertificate(dnsNames: readonly string[], authority?: Authority) {
  return signLeaf(
    {
      secretName: "",
      dnsNames: [...dnsNames],
      duration: "240h",
      usages: ["digital signature", "server auth"],
      privateKey: { algorithm: "ECDSA", size: 256 },
      issuerRef: { name: "" },
    },
    authority ?? (await ownAuthority()),
  );
}

/** A file with that CA beside another one, for whoever meets certificates of both. */
export async function withOwnAuthority(caFile: string): Promise<string> {
  const { certificatePem } = await ownAuthority();
  return writePrivate(
    join(layout().beside, "both.pem"),
    `${readFileSync(caFile, "utf8").trimEnd()}\n${certificatePem}`,
  );
}
