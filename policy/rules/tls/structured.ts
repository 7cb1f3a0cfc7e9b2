import { recognise } from "../../../documents/recognise";
import { UnreadableText } from "../../../documents/unreadable";
import { isMap, join } from "../../manifest";
import { type Finding, inspect, violation } from "../../rule";
import { envoyFindings } from "./envoyTls";
import { dexStorageFindings } from "./dexStorage";
import { freeTextFindings } from "./freeText";
import { complaint, indirectComplaint } from "./switchValue";
import { verificationSwitch } from "./verificationSwitch";

/** Deeper than any configuration, and shallow enough that a text that holds itself ends. */
const maxDepth = 64;

/** Looks for switches in a value: in its keys, in name/value pairs, in the Envoy messages and the texts that it holds. */
export function structuredFindings(field: string, value: unknown, depth = 0): Finding[] {
  if (depth > maxDepth) return [tooDeep(field)];
  if (typeof value === "string") return textFindings(field, "", value, depth);
  if (Array.isArray(value)) return listFindings(field, value as readonly unknown[], depth);
  if (!isMap(value) || ArrayBuffer.isView(value)) return [];
  return [
    ...inspect(() => pairFindings(field, value)),
    ...inspect(() => envoyFindings(field, value)),
    ...Object.keys(value).flatMap((key) =>
      inspect(() => {
        const place = join(field, key);
        const child = value[key];
        // A text under a key may be a file under its name.
        if (typeof child === "string") return textFindings(place, key, child, depth + 1);
        return (
          switchFindings(place, key, child) ?? [
            ...storageFindings(place, key, child),
            ...structuredFindings(place, child, depth + 1),
          ]
        );
      }),
    ),
  ];
}

/** Dex's storage, in its configuration or in the values of a chart. */
function storageFindings(field: string, key: string, value: unknown): Finding[] {
  return key.toLowerCase() === "storage" ? inspect(() => dexStorageFindings(field, value)) : [];
}

/** Looks for switches in a text, which may be a document of its own. */
export function textFindings(field: string, name: string, text: string, depth = 0): Finding[] {
  const verdict = switchFindings(field, name, text);
  if (verdict) return verdict;
  if (depth > maxDepth) return [tooDeep(field)];
  const short = text.length <= longestWord ? `${name}\n${text}` : undefined;
  if (short !== undefined && harmless.has(short)) return [];
  const findings = documentFindings(field, name, text, depth);
  if (short !== undefined && findings.length === 0 && harmless.size < mostWords) harmless.add(short);
  return findings;
}

/**
 * Names with short texts that nothing is wrong with, because most of a cluster's are the same few: `kind`, ports, labels.
 * Where one stands doesn't matter to the verdict.
 */
const harmless = new Set<string>();
const longestWord = 100;
const mostWords = 50_000;

function documentFindings(field: string, name: string, text: string, depth: number): Finding[] {
  try {
    const recognised = recognise(name, text);
    if (recognised.kind === "plain") return isProse(name, text) ? [] : freeTextFindings(field, text);
    if (recognised.kind === "structured") {
      // A sentence such as "insecureSkipVerify: true is forbidden" reads as a map, too.
      if (isForPeople.test(name) && /^[^\n[{]*$/.test(text)) return [];
      const { documents } = recognised;
      return documents.flatMap((document, index) => {
        if (isCustomResourceDefinition(document)) return [];
        const number = documents.length > 1 ? ` (document ${index + 1})` : "";
        return structuredFindings(`${field}${number}: `, document, depth + 1);
      });
    }
    return structuredFindings(`${field}: `, recognised.document, depth + 1);
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    return [violation(field, `${field} is ${error.message}. Mend the text: what can't be read isn't checked.`)];
  }
}

const isForPeople = /^(message|description|summary)$/i;

/** A text for people, by what it is called: it may say what nobody should write. One that a system would run is none. */
function isProse(name: string, text: string): boolean {
  return (isForPeople.test(name) || /\.(md|txt|rst)$/i.test(name)) && !text.startsWith("#!");
}

/** A schema names switches without setting them. */
export function isCustomResourceDefinition(document: unknown): boolean {
  return isMap(document) && document["kind"] === "CustomResourceDefinition";
}

/** The verdict on a key and its value; nothing when the key is no switch and the value has to be looked at itself. */
function switchFindings(field: string, name: string, value: unknown): Finding[] | undefined {
  const sense = verificationSwitch(name);
  if (!sense) return undefined;
  const wrong = complaint(name, sense, value);
  return wrong ? [violation(field, `${field} ${wrong}`)] : [];
}

/** An environment variable, or anything else that is written as a name and a value. */
function pairFindings(field: string, pair: Record<string, unknown>): Finding[] {
  const name = pair["name"];
  const sense = typeof name === "string" ? verificationSwitch(name) : undefined;
  if (typeof name !== "string" || !sense) return [];
  const label = `${field} (${name})`;
  if (isMap(pair["valueFrom"])) {
    return [violation(field, `${label} ${indirectComplaint(name, sense, sourceOf(pair["valueFrom"]))}`)];
  }
  const wrong = complaint(name, sense, pair["value"], true);
  return wrong ? [violation(field, `${label} ${wrong}`)] : [];
}

function sourceOf(valueFrom: Record<string, unknown>): string {
  const [[kind = "elsewhere", reference] = []] = Object.entries(valueFrom);
  if (!isMap(reference)) return kind;
  const parts = [reference["name"], reference["key"]].filter((part) => typeof part === "string");
  return [kind, ...parts].join(" ");
}

function tooDeep(field: string): Finding {
  return violation(field, `${field} is nested deeper than ${maxDepth} levels, which is not checked. Flatten it.`);
}

/** A list's items one by one, and as one line where they are a command: curl and its -k are two of them. */
function listFindings(field: string, list: readonly unknown[], depth: number): Finding[] {
  const findings: Finding[] = [];
  const words: string[] = [];
  for (let index = 0; index < list.length; index++) {
    findings.push(
      ...inspect(() => {
        const item = list[index];
        if (typeof item === "string") words.push(item);
        return structuredFindings(join(field, index), item, depth + 1);
      }),
    );
  }
  const command = words.length === list.length && words.every((word) => !/\s/.test(word)) ? words.join(" ") : "";
  const asLine = /(^|[ /])curl /.test(command) ? freeTextFindings(field, command) : [];
  return [...findings, ...asLine.filter((finding) => finding.kind === "violation" && / -\w/.test(finding.message))];
}
