/** The commands of a page that change a stack's settings, and what Pulumi makes of them. */
import { strict as assert } from "node:assert";
import { type Tree } from "../stacks/fixture";
import { blocksOf, textOf } from "./settings";

/** A stack's settings while commands change them. */
export interface Stack {
  settings: Tree;
  /** Keys at the top that hold a secret. */
  secretKeys: string[];
}

/** What stands for the parts of a command that only a shell or a person fills in. */
export type Given = Readonly<Record<string, string>>;

export interface Commands {
  heading: string;
  /** The lines that set or remove something, and `pulumi up` where it is between them. */
  lines: string[];
}

/** The blocks of a page that hold such commands; those of one heading go on from each other. */
export function commandsOf(page: string): Commands[] {
  return blocksOf(page, "sh")
    .map(({ heading, text }) => ({ heading, lines: commandsIn(text) }))
    .filter(({ lines }) => lines.some(isCommand));
}

/** The same commands where they stand in a sentence. */
export const commandsInSentences = (page: string): string[] =>
  [...textOf(page).matchAll(/`(pulumi config (?:set|rm)[^`…]* [^`…]+)`/g)].map(([, line = ""]) => line);

/** Those in the comments of a stack's file. */
export const commandsInComments = (text: string): string[] =>
  [...text.matchAll(/# (pulumi config (?:set|rm) .*)$/gm)].map(([, line = ""]) => line);

export const isCommand = (line: string) => /^pulumi config (set|rm) /.test(line);

function commandsIn(text: string): string[] {
  return text
    .replaceAll("\\\n", " ")
    .split("\n")
    .flatMap((line) => line.trim().split(/ && /))
    .filter((line) => isCommand(line) || /^pulumi up\b/.test(line));
}

/** A word of a shell, with its quotes: `$(…)` may hold quotes of its own. */
const word = /(?:'[^']*'|"(?:\$\([^)]*\)|\\.|[^"\\])*"|[^\s'"])+/g;

/** Changes the stack as the Pulumi CLI does; refuses what that would refuse. */
export function apply({ settings, secretKeys }: Stack, line: string, given: Given): Stack {
  const { verb, path, key, value, secret, type } = read(line, given);
  const parts = path ? partsOf(key) : [key];
  const [top = ""] = parts;
  if (String(top).includes(":")) {
    return { settings, secretKeys };
  }
  const after = structuredClone(settings);
  if (verb === "rm") {
    remove(after, parts);
    return { settings: after, secretKeys };
  }
  assert(value !== undefined, `no value: ${line}`);
  put(after, parts, parts.length === 1 || secret ? value : typed(value, type));
  return { settings: after, secretKeys: secret ? [...secretKeys, String(top)] : secretKeys };
}

interface Command {
  verb: string;
  key: string;
  path: boolean;
  secret: boolean;
  type: string | undefined;
  value: string | undefined;
}

function read(line: string, given: Given): Command {
  const words = [...line.matchAll(word)].map(([text]) => text);
  const comment = words.findIndex((text) => text.startsWith("#"));
  const [, , verb = "", ...rest] = comment < 0 ? words : words.slice(0, comment);
  const flags = new Set<string>();
  const plain: string[] = [];
  let type: string | undefined;
  let file: string | undefined;
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    if (["--path", "--secret", "--plaintext"].includes(next)) {
      flags.add(next);
    } else if (next === "--type") {
      type = rest.shift();
    } else if (next === "<") {
      file = filledIn(`< ${rest.shift() ?? ""}`, given);
    } else {
      assert(!next.startsWith("-"), `no page needs ${next}: ${line}`);
      plain.push(unquoted(next, given));
    }
  }
  const [key = "", written, ...more] = plain;
  assert.deepEqual(more, [], `more than a key and a value: ${line}`);
  const secret = flags.has("--secret");
  // The CLI guesses by the name and by how random the value is, and refuses what it takes for a secret.
  assert(
    !/\bsecretName$/.test(key) || secret || flags.has("--plaintext") || verb === "rm",
    `neither --secret nor --plaintext: ${line}`,
  );
  // Without a value the CLI asks for it.
  const value = written ?? file ?? (secret ? filledIn("what somebody types", given) : undefined);
  return { verb, key, path: flags.has("--path"), secret, type, value };
}

/** What a shell makes of a word. */
function unquoted(text: string, given: Given): string {
  const quoted = /^(['"])([^]*)\1$/.exec(text);
  const inner = quoted?.[2] ?? text;
  return quoted?.[1] !== "'" && inner.includes("$") ? filledIn(inner, given) : inner;
}

function filledIn(text: string, given: Given): string {
  const value = given[text];
  assert(value !== undefined, `nothing stands for ${text}`);
  return value;
}

/** `pulumi config set --path` makes numbers of whole numbers, and of `true` and `false` what they are, without `--type`. */
function typed(value: string, type?: string): string | number | boolean {
  assert(type === undefined || type === "string", `no page needs the type ${type}`);
  if (type === undefined && (value === "true" || value === "false")) {
    return value === "true";
  }
  return type === undefined && /^(?:0|-?[1-9]\d*)$/.test(value) ? Number(value) : value;
}

function partsOf(key: string): (string | number)[] {
  const parts = [...key.matchAll(/(?:^|\.)([\w:-]+)|\[(\d+)\]|\["([^"]+)"\]/g)];
  assert.equal(parts.map(([text]) => text).join(""), key, `no path: ${key}`);
  return parts.map(([, name, index, quoted]) => (index === undefined ? (name ?? quoted ?? "") : Number(index)));
}

type Inner = Record<string | number, unknown>;

/** An index may be an entry of the list, or the one behind its last. */
function put(settings: Tree, parts: readonly (string | number)[], value: unknown): void {
  let place: Inner = settings;
  for (const [index, part] of parts.entries()) {
    assert.equal(
      Array.isArray(place),
      typeof part === "number",
      `a list and a mapping are mixed up: ${parts.join(" ")}`,
    );
    assert(!Array.isArray(place) || Number(part) <= place.length, `a list has no gap: ${parts.join(" ")}`);
    const next = parts[index + 1];
    if (next === undefined) {
      place[part] = value;
      return;
    }
    place = (place[part] ??= typeof next === "number" ? [] : {}) as Inner;
    assert(typeof place === "object", `no place for ${parts.join(" ")}`);
  }
}

function remove(settings: Tree, parts: readonly (string | number)[]): void {
  const place = parts
    .slice(0, -1)
    .reduce<Inner | undefined>((inner, part) => inner?.[part] as Inner | undefined, settings);
  const last = parts.at(-1) ?? "";
  if (Array.isArray(place)) {
    place.splice(Number(last), 1);
  } else if (place !== undefined) {
    delete place[last];
  }
}
