import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { layout } from "../node/layout";
import { privateFolder, writePrivate } from "../platform/privateFiles";

/** A private key with its certificate, as PEM. */
export interface Pair {
  keyPem: string;
  certificatePem: string;
}

/** A pair of the company's, made once for each bed, and the file with its certificate. */
export async function keptPair(name: string, make: () => Promise<Pair>): Promise<Pair & { file: string }> {
  const folder = privateFolder(layout().beside);
  const [file, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  if (!existsSync(file)) {
    const { keyPem, certificatePem } = await make();
    writePrivate(key, keyPem);
    writePrivate(file, certificatePem);
  }
  return { file, keyPem: readFileSync(key, "utf8"), certificatePem: readFileSync(file, "utf8") };
}
