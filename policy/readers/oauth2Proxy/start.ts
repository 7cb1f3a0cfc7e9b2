import { type Member } from "../../rule";
import { type Container } from "../containers";
import { type Problem } from "./proxy";
import { isProgram, type Word, wordsOf } from "./script";

/** What starts its arguments as they stand, with options of its own before them. */
const launchers = /^(.*\/)?(dumb-init|tini|tini-static|catatonit|env)$/;
const launcherOption = /^(-|--|-[a-zA-Z]+|--(rewrite|single-child|verbose)|[\d:]+)$/;
const shell = /^(.*\/)?(sh|ash|dash|bash)$/;
/** Without those that read files first, such as `-l` and `--rcfile`. */
const shellOption = /^(-[ceux]+|-[ceux]*o|pipefail)$/;
const assignment = /^[A-Za-z_]\w*=/;

const message =
  "starts oauth2-proxy by something that may give it other flags or variables, so nobody can see them. " +
  "Write oauth2-proxy and its flags there, behind nothing but exec, env and variables.";

/**
 * Where oauth2-proxy is started by something that nobody knows here: `xargs` reads flags from a file, a script of the image
 * may do anything. So whatever stands before the program has to be among what is known to pass on what is written.
 */
export function hiddenStart(about: Member, container: Container): Problem[] {
  const words = wordsOf(container);
  // Where nothing names it, either its image starts it, or otherProgram tells.
  if (!words.some(({ text }) => isProgram(text))) return [];
  const hidden = firstHidden(words);
  return hidden === undefined ? [] : [{ about, field: hidden.field, message }];
}

function firstHidden(words: readonly Word[]): Word | undefined {
  let at = 0;
  const next = () => words[at]?.text ?? "";
  for (let word = words[at]; word !== undefined; word = words[at]) {
    const { text } = word;
    // Flags for the program that the image starts.
    if (text.startsWith("-")) return undefined;
    if (/\s/.test(text)) return startsInSight(text) ? undefined : word;
    if (isProgram(text)) return undefined;
    at++;
    if (shell.test(text)) {
      let takesScript = false;
      for (; !takesScript && shellOption.test(next()); at++) takesScript = /^-.*c/.test(next());
      if (!takesScript) return word;
      return startsInSight(next()) ? undefined : (words[at] ?? word);
    }
    if (!launchers.test(text)) return word;
    while (launcherOption.test(next()) || assignment.test(next())) at++;
  }
  return undefined;
}

/** Words of a shell's own that stand before a command. */
const keywords = new Set(["if", "then", "else", "elif", "while", "until", "do", "!", "{", "("]);

/** Commands before it that give nothing to what comes after them. */
const harmless = new Set([
  ...["set", "sleep", "cd", "echo", "true", ":", "umask", "ulimit", "mkdir", "chmod", "date", "test", "[", "exit"],
  // A loop that waits for another service.
  ...["nc", "wget", "curl", "getent", "nslookup", "for", "break", "done", "fi", "}", ")"],
]);

/** Whether a script's oauth2-proxy gets nothing but what stands there. */
function startsInSight(script: string): boolean {
  const commands = commandsIn(script);
  let seen = false;
  for (const { words, takesInput } of commands ?? []) {
    const [name, ...rest] = withoutPrefix(words);
    if (name === undefined) continue;
    if (isProgram(name) && !/\s/.test(name)) {
      if (takesInput) return false;
      seen = true;
    } else if (name === "export") {
      if (!rest.every((word) => assignment.test(word))) return false;
    } else if (seen ? words.some(isProgram) : !harmless.has(name)) return false;
  }
  return seen;
}

function withoutPrefix(words: readonly string[]): readonly string[] {
  let at = 0;
  while (keywords.has(words[at] ?? "")) at++;
  if (words[at] === "exec") at++;
  if (/^(\/usr)?(\/bin\/)?env$/.test(words[at] ?? "")) at++;
  while (assignment.test(words[at] ?? "")) at++;
  return words.slice(at);
}

interface Command {
  readonly words: string[];
  /** Whether something is written into it. */
  takesInput: boolean;
}

/** A comment, an operator, a redirection, or a word with what a shell keeps together in it. */
const token =
  /(?<gap>(?:[ \t\r]|\\\n)+|#[^\n]*)|(?<operator>&&|\|\||[;&|\n])|(?<redirection>[<>]+[&|]?)|(?<word>(?:"(?:[^"\\]|\\[^])*"|'[^']*'|\$\([^()]*\)|`[^`]*`|\\[^\n]|[^\s"'`\\;&|<>])+)/y;

/** The commands of a script; nothing where it can't be taken apart. */
function commandsIn(script: string): Command[] | undefined {
  let current: Command = { words: [], takesInput: false };
  const commands = [current];
  let isTarget = false;
  token.lastIndex = 0;
  while (token.lastIndex < script.length) {
    const groups = token.exec(script)?.groups;
    if (!groups) return undefined;
    const { operator, redirection, word } = groups;
    if (operator !== undefined) {
      current = { words: [], takesInput: operator === "|" };
      commands.push(current);
      isTarget = false;
    } else if (redirection !== undefined) {
      if (redirection.startsWith("<")) current.takesInput = true;
      isTarget = true;
    } else if (word !== undefined) {
      // What follows a redirection is a file's name.
      if (!isTarget) current.words.push(word.replace(/["']/g, ""));
      isTarget = false;
    }
  }
  return commands;
}
