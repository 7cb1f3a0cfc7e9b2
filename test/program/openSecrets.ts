import { type Recording } from "./recording";
import { textsIn, type Value } from "./values";

/** What the SDK calls a secret output of each type, and the certificate, which is not one. */
const generated = /<generated (\w+) of [^>]+>/g;
const isPublic = new Set(["certPem", "publicKeyPem"]);

/** The secrets in a text: what providers generate, and those that were given. */
export function secretsIn(text: string, given: readonly string[] = []): string[] {
  const made = [...text.matchAll(generated)].filter(([, output = ""]) => !isPublic.has(output)).map(([found]) => found);
  return [...made, ...given.filter((secret) => text.includes(secret))];
}

/** Every secret that stands in an input or an output without a secret's mark, and how many were looked at. */
export function openSecrets(
  { resources, outputs }: Pick<Recording, "resources" | "outputs">,
  given: readonly string[] = [],
): { open: string[]; seen: number } {
  const places: [string, Value][] = [
    ...resources.map(({ urn, inputs }): [string, Value] => [urn, inputs]),
    ...[...outputs].map(([urn, value]): [string, Value] => [`the outputs of ${urn}`, value]),
  ];
  const open: string[] = [];
  let seen = 0;
  for (const [place, value] of places) {
    for (const { text, secret } of textsIn(value)) {
      const found = secretsIn(text, given);
      seen += found.length;
      if (!secret) {
        open.push(...found.map((text) => `${place} holds ${text} in the open`));
      }
    }
  }
  return { open, seen };
}
