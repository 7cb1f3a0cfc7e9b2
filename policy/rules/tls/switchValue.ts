import { type SwitchSense } from "./verificationSwitch";

/** What is wrong with a switch's value, in words that follow the field's name; nothing when all is well. */
export function complaint(name: string, sense: SwitchSense, value: unknown, isVariable = false): string | undefined {
  const safe = sense === "turns verification off" ? "false" : "true";
  // Git looks whether there is such a variable, and not at what it says (http.c).
  const state = /^git_ssl_no_verify$/i.test(name) && value !== undefined && value !== null ? "true" : stateOf(value);
  // Nothing is no answer, and the program's default holds; but for some an empty variable turns off what it is called by.
  if (value === "" && state === "neither" && (sense === "turns verification off" || !isVariable)) return undefined;
  if (state === "absent" || state === safe) return undefined;
  if (state === "neither" && sense === "turns verification on" && isOtherYes(value)) return undefined;
  const subject = subjectOf(name);
  if (state === "neither") {
    return (
      `= ${show(value)} is neither true nor false, so nobody can say whether ${subject} is on. ` +
      `Write ${safe}, or remove it.`
    );
  }
  return `= ${show(value)} turns ${subject} off. ${mendFor(name, safe)}`;
}

/** What is wrong with a flag that has no value: programs take that for `true`, whatever the next argument is. */
export function bareFlagComplaint(name: string, sense: SwitchSense): string | undefined {
  if (sense === "turns verification on") return undefined;
  return `has no value, which means true, and turns ${subjectOf(name)} off. ${mendFor(name, "false")}`;
}

/** What is wrong with a variable whose value comes from somewhere else. */
export function indirectComplaint(name: string, sense: SwitchSense, source: string): string {
  const safe = sense === "turns verification off" ? "false" : "true";
  return (
    `takes its value from ${source}, so nobody can say here whether ${subjectOf(name)} is on. ` +
    `Write ${safe} here, or remove it.`
  );
}

type State = "true" | "false" | "neither" | "absent";

/** Strings count as well, because environments, TOML and YAML templates hold booleans as strings; so do Go's other words. */
function stateOf(value: unknown): State {
  if (value === undefined || value === null) return "absent";
  if (typeof value !== "string" && typeof value !== "boolean" && typeof value !== "number") return "neither";
  const word = String(value).trim().toLowerCase();
  if (["true", "t", "1"].includes(word)) return "true";
  return ["false", "f", "0"].includes(word) ? "false" : "neither";
}

/** "Do verify" has more than two answers in some programs: a level, or the CA's path. None of them is a template. */
function isOtherYes(value: unknown): boolean {
  if (value === 1) return true;
  if (typeof value !== "string") return false;
  return !/^(0|no|n|f|off|none|disabled?|never|optional)?$/i.test(value.trim()) && !/[$`{<]/.test(value);
}

function subjectOf(name: string): string {
  const bare = name.toLowerCase();
  if (bare.includes("signature")) return "signature validation";
  if (bare.includes("issuer") && bare.includes("verif")) return "the check of the token's issuer";
  if (/(tls|ssl)$/.test(bare) && !bare.includes("verif")) return "TLS";
  return "certificate verification";
}

function mendFor(name: string, safe: string): string {
  const setting = `Set it to ${safe}, or remove it`;
  if (subjectOf(name) !== "certificate verification") return `${setting}.`;
  return `${setting}; a private CA is trusted by naming it${caSetting(name)}.`;
}

/** The setting that names the CA, where the name tells the program. */
function caSetting(name: string): string {
  if (/upstream|redis/i.test(name)) return "";
  if (/^(--?)?(oauth2[-_]proxy[-_])?ssl[-_]insecure/i.test(name) || /self_signed_issuer/i.test(name)) {
    return " in provider_ca_files";
  }
  return "";
}

/** The value as it stands, unless it is so long or strange that it may be something confidential. */
function show(value: unknown): string {
  if (typeof value === "string" && !/^[\w ${}().:/-]{0,40}$/.test(value)) return `a text of ${value.length} characters`;
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "a map";
  return JSON.stringify(value);
}
