import { join } from "node:path";
import { layout } from "../node/layout";
import { privateFolder, writePrivate } from "../platform/privateFiles";
import { serverCertificate } from "./authority";

/** The setting that is a secret of the stack, with `certificates.edge.type: given`. */
export const givenKeySetting = "certificates.edge.privateKey";

/** A certificate of the company's CA for the gate and every host below it, and the file with its key. */
export async function givenPair(gate: string): Promise<{ certificatePem: string; keyFile: string }> {
  const folder = privateFolder(layout().beside);
  const { certificatePem, keyPem } = await serverCertificate([gate, `*.${gate}`]);
  return { certificatePem, keyFile: writePrivate(join(folder, "given.key"), keyPem) };
}
