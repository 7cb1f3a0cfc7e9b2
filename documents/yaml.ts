import { LineCounter, parseAllDocuments } from "yaml";
import { nestsTooDeep } from "./nesting";
import { UnreadableText } from "./unreadable";

/** Enough for shared blocks, too little for a text that unfolds into gigabytes. */
const maxAliasCount = 100;

/** Reads every document of a YAML or JSON text into plain values. A key that stands twice is an error. */
export function readYaml(text: string): unknown[] {
  if (nestsTooDeep(text)) throw new UnreadableText("YAML", "nested too deeply");
  const lineCounter = new LineCounter();
  try {
    const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false, logLevel: "silent" });
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
