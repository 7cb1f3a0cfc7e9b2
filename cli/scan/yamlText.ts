import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
} from "yaml";
import { kubernetesTags } from "../../documents/yaml";
import { maxDepth, type Path, type SourceDocument, type SourceText, type Unreadable } from "./document";

/** Enough for shared blocks, too little for a text that unfolds into gigabytes. */
const maxAliasCount = 100;

/** What fits into Node's memory as a tree with places, of which each line and each item takes a kilobyte; JSON needs much less. */
const longestText = 40_000_000;
const mostLines = 1_500_000;
const mostItems = 2_500_000;

/** Line ends that some parsers see and others don't: what is a comment for one would be a setting for the other. */
const strangeLineEnd = /\r(?!\n)|[\u0085\u2028\u2029]/;

/** Reads every document of a YAML text as Kubernetes does; what can't be read costs its own document only. */
export function readManifestYaml(text: string): SourceText {
  const size = tooMuch(text);
  if (size !== undefined) {
    const reason = `more than ${size} of YAML; take it apart, or take JSON (kubectl get -o json)`;
    return { documents: [], unreadable: [{ line: 1, reason }] };
  }
  const strange = strangeLineEnd.exec(text);
  if (strange) {
    const line = text.slice(0, strange.index).split("\n").length;
    const code = (strange[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return { documents: [], unreadable: [{ line, reason: `not readable as YAML: U+${code} as a line's end` }] };
  }
  const lines = new LineCounter();
  const documents: SourceDocument[] = [];
  const unreadable: Unreadable[] = [];
  const refuse = (offset: number, reason: string) =>
    unreadable.push({ line: lines.linePos(offset).line, reason: `not readable as YAML: ${reason}` });
  let parsed: Document.Parsed[] = [];
  try {
    parsed = [
      ...parseAllDocuments(text, {
        version: "1.1",
        customTags: kubernetesTags,
        lineCounter: lines,
        // It compares each key with all before it, which takes minutes for a map of 100,000; flawOf does it by a set.
        uniqueKeys: false,
        prettyErrors: false,
        logLevel: "silent",
      }),
    ];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    refuse(0, tooDeep);
  }
  for (const document of parsed) {
    const [error] = document.errors;
    const start = document.contents?.range[0] ?? document.range[0];
    if (error) {
      refuse(error.pos[0], reasonFor(error.code));
      continue;
    }
    const flaw = flawOf(document.contents);
    if (flaw) {
      refuse(flaw.offset, flaw.reason);
      continue;
    }
    try {
      const value = document.toJS({ maxAliasCount }) as unknown;
      documents.push({ value, lineOf: (path, textLine) => lineOf(document, lines, path, textLine) });
    } catch {
      // What is left are aliases: one without an anchor, or more of them than a person writes.
      refuse(start, "an alias that can't be resolved");
    }
  }
  return { documents, unreadable };
}

function tooMuch(text: string): string | undefined {
  if (text.length > longestText) return "40 MB";
  if (isMore(text, "\n", mostLines)) return "1.5 million lines";
  return isMore(text, ",", mostItems) ? "2.5 million items" : undefined;
}

/** Whether a sign stands in a text more often than so many times. */
function isMore(text: string, sign: string, most: number): boolean {
  if (text.length <= most) return false;
  let count = 0;
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) if ((count += 1) > most) return true;
  return false;
}

const tooDeep = "nested too deeply";
const twice = "a key stands twice";

/** The parser's messages can quote the text, its codes don't. */
function reasonFor(code: string): string {
  if (code === "DUPLICATE_KEY") return twice;
  return code === "RESOURCE_EXHAUSTION" ? tooDeep : code.toLowerCase().replaceAll("_", " ");
}

/**
 * What YAML allows and Kubernetes doesn't: too deep a nesting, a key that stands twice, and keys that are no texts, as in
 * an unrendered template.
 */
function flawOf(root: Node | null): { offset: number; reason: string } | undefined {
  // Without recursion, which could be nested too deeply itself.
  const left: { node: unknown; depth: number; offset: number }[] = [{ node: root, depth: 0, offset: 0 }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { node, depth } = next;
    if (!isMap(node) && !isSeq(node)) continue;
    const offset = node.range?.[0] ?? next.offset;
    if (depth > maxDepth) return { offset, reason: tooDeep };
    const keys = new Set<unknown>();
    for (const item of node.items) {
      if (isPair(item) && isScalar(item.key)) {
        // Two that are one as texts are one key of the object: 1 and "1".
        const key = String(item.key.value);
        if (keys.has(key)) return { offset: item.key.range?.[0] ?? offset, reason: twice };
        keys.add(key);
      }
      if (!isPair(item)) left.push({ node: item, depth: depth + 1, offset });
      else if (isScalar(item.key)) left.push({ node: item.value, depth: depth + 1, offset });
      else return { offset, reason: "a key that is no text" };
    }
  }
  return undefined;
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: Path, textLine = 0): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? document.range[0];
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!isScalar(pair?.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      next = pair.value;
    } else if (isSeq(node) && typeof step === "number" && step < node.items.length) {
      next = node.items[step];
      offset = (next as Node | null)?.range?.[0] ?? offset;
    } else break;
    node = next;
    // A block's lines are those of the text that it holds, from the one after its `|`.
    if (index === path.length - 1 && isScalar(node) && node.type === "BLOCK_LITERAL" && textLine > 0) {
      return lines.linePos(node.range?.[0] ?? offset).line + textLine;
    }
  }
  return lines.linePos(offset).line;
}
