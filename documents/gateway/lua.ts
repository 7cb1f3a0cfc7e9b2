import { readFileSync } from "node:fs";
import { join } from "node:path";

type LuaFile =
  | "https-redirect.lua"
  | "acme-challenge.lua"
  | "misdirected.lua"
  | "cross-origin.lua"
  | "pipeline-artifacts.lua"
  | "pipeline-proxies.lua"
  | "notebook-hosts.lua"
  | "notebook-authorization.lua"
  | "notebook-sign-out.lua"
  | "service-workers.lua"
  | "return-address.lua"
  | "session-names.lua"
  | "identity-headers.lua"
  | "application-cookies.lua"
  | "begun-sign-ins.lua"
  | "two-sessions.lua"
  | "signed-in-here.lua"
  | "signed-in-as.lua"
  | "user-prefix.lua"
  | "verified-email.lua"
  | "forwarded-for.lua";

const textOf = (file: string) => readFileSync(join(__dirname, file), "utf8");

/**
 * Reads one of the gateway's Lua filters and fills in its `{{names}}`; an unknown or a forgotten name is an error. What
 * closes the gate where a filter fails stands before it.
 */
export function luaFilter(file: LuaFile, values: Record<string, string>): string {
  const own = textOf(file);
  const text = own.includes("= guarded(") ? textOf("guarded.lua") + own : own;
  const used = new Set<string>();
  const filled = text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new Error(`${file} has a place named ${name}, and no value was given for it`);
    }
    used.add(name);
    return value;
  });
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) {
    throw new Error(`${file} has no place for ${unused.join(", ")}`);
  }
  return filled;
}

/** A Lua string literal: every byte that is not plain is escaped, so that no text can leave its quotes. */
export function luaString(text: string): string {
  const bytes = [...Buffer.from(text, "utf8")].map((byte) => {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    return plain ? String.fromCharCode(byte) : `\\${byte.toString().padStart(3, "0")}`;
  });
  return `"${bytes.join("")}"`;
}

/** The inside of a Lua table that is used as a set. */
export function luaSet(texts: readonly string[]): string {
  return texts.map((text) => `[${luaString(text)}] = true`).join(", ");
}

/** The inside of a Lua table from text to text. */
export function luaMap(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `[${luaString(key)}] = ${luaString(value)}`)
    .join(", ");
}

/** A Lua expression: whether the text in a variable begins with one of these. */
export function luaBeginsWithOneOf(variable: string, beginnings: readonly string[]): string {
  return beginnings.map((text) => `${variable}:sub(1, ${Buffer.byteLength(text)}) == ${luaString(text)}`).join(" or ");
}
