import { type SourceText } from "./document";
import { readJson } from "./jsonText";
import { readManifestYaml } from "./yamlText";

/** Reads what a file holds, JSON or YAML, whatever its name. */
export function readText(name: string, bytes: Uint8Array): SourceText {
  const refuse = (reason: string): SourceText => ({ documents: [], unreadable: [{ line: 1, reason }] });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse("not a text in UTF-8");
  }
  if (text.includes("\0")) return refuse("not a text, but something binary");
  if (/\.json$/i.test(name)) return readJson(text);
  if (/^\s*[{[]/.test(text)) {
    const json = readJson(text);
    // YAML has maps in braces too, and needs no quotes in them.
    if (json.unreadable.length === 0) return json;
  }
  return readManifestYaml(text);
}
