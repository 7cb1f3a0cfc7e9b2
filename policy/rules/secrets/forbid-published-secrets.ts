import { createHash } from "node:crypto";
import { withoutTrailing } from "../../../documents/withoutTrailing";
import { isMap, join, type Manifest } from "../../manifest";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { textMaps } from "../../texts";
import { kubeflowManifests, weakness } from "../identitySources";
import { type Published, published } from "./publishedSecrets";
import { asvs, secretsManagement } from "../frameworks";

const lengths = new Set(Object.values(published).map(({ length }) => length));
/** Deeper than any object. */
const maxDepth = 64;

/**
 * No secret that everybody knows, wherever it stands: in Secrets, in files inside of them, in arguments, environments and
 * charts' values. The message doesn't repeat it. What
 * object stores come with is forbid-default-credentials'.
 */
export const forbidPublishedSecrets: Rule = {
  name: "forbid-published-secrets",
  title: "No secret that is published somewhere",
  why:
    "Manifests, charts and examples come with secrets, so that they start at once. Everybody can read them: with the " +
    "client's secret somebody signs in as the platform, and with the cookie's he makes a session for any user.",
  mend: "Replace the value by one that is made for this installation, for example openssl rand -base64 32.",
  severity: "critical",
  enforcementLevel: "mandatory",
  ...weakness(
    1392,
    "Use of Default Credentials",
    kubeflowManifests,
    asvs("13.2.3", "no credential between services is one that a program comes with"),
    secretsManagement,
  ),
  settings: [],
  check(manifest) {
    const maps = textMaps(manifest);
    return [
      ...maps.flatMap((map) =>
        inspect(() => map.entries().flatMap((entry) => inspect(() => textFindings(entry.field, entry.read() ?? "")))),
      ),
      ...Object.keys(manifest)
        .filter((key) => key !== "status" && !maps.some((map) => map.field === key))
        .flatMap((key) => inspect(() => findings(key, fieldOf(manifest, key), 0))),
    ];
  },
};

/** Of the metadata only annotations have texts. kubectl keeps a copy of the object in one, which would say all twice. */
function fieldOf(manifest: Manifest, key: string): unknown {
  const value = manifest[key];
  if (key !== "metadata" || !isMap(value) || !isMap(value["annotations"])) return value;
  const annotations = value["annotations"];
  const kept = Object.keys(annotations).filter((name) => name !== "kubectl.kubernetes.io/last-applied-configuration");
  return { annotations: Object.fromEntries(kept.map((name) => [name, annotations[name]])) };
}

function findings(field: string, value: unknown, depth: number): Finding[] {
  if (typeof value === "string") return textFindings(field, value);
  if (depth > maxDepth) return [violation(field, `${field} is nested too deep to be checked. Flatten it.`)];
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    return Array.from({ length: items.length }, (_, index) =>
      inspect(() => findings(join(field, index), items[index], depth + 1)),
    ).flat();
  }
  if (!isMap(value)) return [];
  return Object.keys(value).flatMap((key) => inspect(() => findings(join(field, key), value[key], depth + 1)));
}

/** The text as a whole, and each word of a longer one. */
function textFindings(field: string, text: string): Finding[] {
  const whole = text.trim();
  const known = recognise(whole);
  if (known) return [complaint(field, known)];
  if (!/[\s"'=,;:]/.test(whole)) return [];
  const found = new Map<string, Published>();
  for (const word of wordsOf(whole)) {
    const secret = recognise(word);
    if (secret && !secret.wholeTextOnly) found.set(secret.what, secret);
  }
  return [...found.values()].map((secret) => complaint(field, secret));
}

/** What stands between the signs that texts have around a value; an equals sign at the end of a word is base64's. */
function wordsOf(text: string): string[] {
  return text.split(/[\s"',;:]+/).flatMap((word) => {
    const bare = withoutTrailing(word, "=");
    const parts = bare.split("=");
    return [...parts.slice(0, -1), `${parts.at(-1) ?? ""}${word.slice(bare.length)}`];
  });
}

/** As it stands, in base64, or with the dollars doubled that templates would replace. */
function recognise(word: string): Published | undefined {
  if (word.includes("$$")) return recognise(word.replaceAll("$$", "$"));
  return recogniseAsItIs(word) ?? recogniseAsItIs(decoded(word) ?? "");
}

function recogniseAsItIs(word: string): Published | undefined {
  if (!lengths.has(word.length)) return undefined;
  return published[createHash("sha256").update(word).digest("hex")];
}

function decoded(word: string): string | undefined {
  const bare = withoutTrailing(word, "=");
  // A line's end may be in it.
  const length = Math.floor((bare.length * 3) / 4);
  if (!(lengths.has(length) || lengths.has(length - 1)) || !/^[\w+/-]+$/.test(bare)) return undefined;
  const text = Buffer.from(bare, "base64").toString("utf8").trimEnd();
  return text.includes("\uFFFD") ? undefined : text;
}

function complaint(field: string, { what }: Published): Finding {
  return violation(
    field,
    `${field} holds ${what}, which everybody knows. Replace it by one of this installation's own.`,
  );
}
