import { LineCounter, parseAllDocuments, type ScalarTag, type Tags } from "yaml";
import { nestsTooDeep } from "./nesting";
import { UnreadableText } from "./unreadable";

/** Enough for shared blocks, too little for a text that unfolds into gigabytes. */
const maxAliasCount = 100;

/** Kubernetes makes it a text (sigs.k8s.io/yaml), and so its content can be looked at. */
const binary: ScalarTag = {
  tag: "tag:yaml.org,2002:binary",
  default: false,
  resolve: (text) => Buffer.from(text, "base64").toString("utf8"),
};

/** A number has a digit: a path of one dot is a text. */
const withDigit = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/;

/** What Kubernetes' parser knows of YAML 1.1: its `yes` and `on`, and its merge keys, but no dates, sets or base 60. */
export const kubernetesTags = (tags: Tags): Tags => [
  ...tags.flatMap((tag) => {
    if (typeof tag !== "object" || /:(timestamp|binary|set|omap|pairs)$/.test(tag.tag) || tag.format === "TIME")
      return [];
    return "test" in tag && tag.tag.endsWith(":float") && tag.test?.test(".") ? [{ ...tag, test: withDigit }] : [tag];
  }),
  binary,
];

/**
 * Which words are true: those of YAML 1.2, and others stay texts; or also those of YAML 1.1, as for Kubernetes and for
 * Dex (github.com/ghodss/yaml). Merge keys (`<<`) are merged in both, which every program's parser here does.
 */
export type YamlDialect = "1.2" | "Kubernetes";

/** Several times what the API server takes of an object (etcd: 1.5 MB); a parser needs a thousand times as much memory. */
const longestText = 6_000_000;

/** Reads every document of a YAML or JSON text into plain values. A key that stands twice is an error. */
export function readYaml(text: string, dialect: YamlDialect = "1.2"): unknown[] {
  if (text.length > longestText) throw new UnreadableText("YAML", "longer than any object that Kubernetes takes");
  if (nestsTooDeep(text)) throw new UnreadableText("YAML", "nested too deeply");
  const lineCounter = new LineCounter();
  const words = dialect === "1.2" ? { merge: true } : ({ version: "1.1", customTags: kubernetesTags } as const);
  try {
    const documents = parseAllDocuments(text, { ...words, lineCounter, prettyErrors: false, logLevel: "silent" });
    return documents.map((document) => {
      const [error] = document.errors;
      if (error) {
        const { line, col } = lineCounter.linePos(error.pos[0]);
        throw new UnreadableText("YAML", reasonFor(error.code), line, col);
      }
      return document.toJS({ maxAliasCount }) as unknown;
    });
  } catch (error) {
    if (error instanceof UnreadableText) throw error;
    // What is left are aliases: one without an anchor, or more of them than a person writes.
    throw new UnreadableText("YAML", "an alias that can't be resolved");
  }
}

/** The parser's messages can quote the text, its codes don't. */
function reasonFor(code: string): string {
  return code === "DUPLICATE_KEY" ? "a key stands twice" : code.toLowerCase().replaceAll("_", " ");
}
