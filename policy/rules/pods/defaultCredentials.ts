import { createHash } from "node:crypto";

/** A credential that somebody's program or manifest ships, by its SHA-256: nobody can read it from here. */
type Defaults = ReadonlyMap<string, string>;

/** Those that nobody uses for anything else, so that they are looked for inside of texts, too. */
const shipped: Defaults = new Map([
  [
    "179c076ac522159dbbd50d4f1d84faf05551fe5b59d7e5824a800d46559fb1d1",
    "the object store's secret key that Kubeflow Pipelines ships",
  ],
  ["ad9858116e63b0c5a4d7dc7f50f034c7247e56838dae22c1832712ffde48e694", "MinIO's default credential"],
]);

/** Words that are harmless anywhere but as the whole value of a password. */
const guessable: ReadonlySet<string> = new Set([
  "8c6976e5b5410415bde908bd4dee15dfb167a9c873fc4bb8a81f6f2ab448a918",
  "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
  "057ba03d6c44104863dc7361fe4578965d1887360f90a0895882e58a6248fc86",
  "5791b6226743c56f44f8274cc67b8beb9751b6403e697243ad00fd37af5635e3",
]);

/** All of them, none of which another rule recognises. */
export const defaultHashes: ReadonlySet<string> = new Set([...shipped.keys(), ...guessable]);

/** The lengths of what is looked for; every other word is spared the hash. */
const lengths = new Set([8, 10]);

/** What texts put around a value. */
const word = /[^\s"'`=:,;@{}()[\]<>&|]+/g;

/** Which default credential a text holds, if any; `name` is the key that it stands under. */
export function defaultIn(name: string, text: string): string | undefined {
  for (const [found] of text.matchAll(word)) {
    const what = lengths.has(found.length) ? shipped.get(sha256(found)) : undefined;
    if (what !== undefined) return what;
  }
  const whole = text.trim();
  // Not `secretKey`, under which ExternalSecrets and charts name a key of a Secret.
  const isPassword = /(pass(word|wd)?|pwd)$/i.test(name);
  return isPassword && whole.length <= 8 && guessable.has(sha256(whole))
    ? "a password that everybody tries"
    : undefined;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
