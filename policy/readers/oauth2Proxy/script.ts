import { nameOfVariable, variablePrefix } from "../../../documents/oauth2-proxy/settingNames";
import { join, listAt } from "../../manifest";
import { type Member } from "../../rule";
import { type Container } from "../containers";
import { known } from "../known";
import { type Problem } from "./proxy";
import { type Setting } from "./setting";

const program = /(^|[/\s"'])oauth2[-_]?proxy([\s"';&|]|$)/i;

const line = new RegExp(`^[ \\t]*(?:export[ \\t]+)?(${variablePrefix}[A-Z0-9_]+)=("[^"]*"|'[^']*'|[^\\s#]*)`, "gm");

/** Whether a word, or a script, starts oauth2-proxy. */
export function isProgram(text: string): boolean {
  return program.test(text);
}

/** What keeps a script's flags or variables from being seen, as what it does and how to mend that. */
const hiding: readonly (readonly [RegExp, string])[] = [
  // A word of its own that a shell replaces: `$ARGS`, `$@`, `$(cat flags)`, `` `cat flags` ``.
  [/\s["']?(\$[\w@*({]|`)/, "is a script that makes flags, so nobody can see them. Write the flags into args."],
  [
    /(^|[\s;&|(])(source|\.|eval)[ \t]+\S/,
    "is a script that takes variables from elsewhere, so nobody can see them. Write them into env or envFrom.",
  ],
];

/** Scripts that make words of a command or variables themselves, so that nobody can say which there are. */
export function hiddenWords(about: Member, container: Container): Problem[] {
  return wordsOf(container).flatMap(({ field, text }) => {
    if (!/\s/.test(text)) return [];
    const [, message] = hiding.find(([pattern]) => pattern.test(text)) ?? [];
    return message === undefined ? [] : [{ about, field, message }];
  });
}

/** A command that starts something else, which may start oauth2-proxy with flags of its own. */
export function otherProgram(about: Member, { field, spec }: Container): Problem[] {
  const command = known(() => listAt(spec["command"], join(field, "command")));
  if (!command.known || command.value.length === 0) return [];
  const words = known(() => [...command.value, ...listAt(spec["args"], join(field, "args"))]);
  if (!words.known || words.value.some((word) => typeof word === "string" && isProgram(word))) return [];
  const message =
    "starts something else than oauth2-proxy, so nobody can see its flags. Write oauth2-proxy and its flags there.";
  return [{ about, field: join(field, "command"), message }];
}

const assignment = new RegExp(
  `(?:^|[\\s;&|(])(${variablePrefix}[A-Z0-9_]+)=("[^"]*"|'[^']*'|\\$\\([^)]{0,1000}\\)|[^\\s;&|)]*)`,
  "g",
);

/** Variables that a script sets before it starts oauth2-proxy, or `env` does: they count before those of the container. */
export function settingsInScript(about: Member, container: Container): Setting[] {
  return wordsOf(container).flatMap(({ field, text }) =>
    text.startsWith("-") ? [] : assignmentsIn(about, field, true, text, assignment),
  );
}

/** Variables in a text of nothing else, which a shell or a container engine reads (`NAME=value`). */
export function settingsInLines(about: Member, field: string, inTheOpen: boolean, text: string): Setting[] {
  return assignmentsIn(about, field, inTheOpen, text, line);
}

function assignmentsIn(about: Member, field: string, inTheOpen: boolean, text: string, pattern: RegExp): Setting[] {
  return [...text.matchAll(pattern)].flatMap(([, variable = "", quoted = ""]): Setting[] => {
    const name = nameOfVariable(variable);
    const value = quoted.replace(/^(["'])(.*)\1$/s, "$2");
    if (name === undefined || value === "") return [];
    return [{ name, origin: "variable", about, field: `${field} (${variable})`, inTheOpen, read: () => value }];
  });
}

/** A word of a command, which may be a script, with the place where it stands. */
export interface Word {
  readonly field: string;
  readonly text: string;
}

/** What a container's command and args consist of. */
export function wordsOf({ field, spec }: Container): Word[] {
  return ["command", "args"].flatMap((key) => {
    const list = known(() => listAt(spec[key], join(field, key)));
    if (!list.known) return [];
    return list.value.flatMap((item, index) =>
      typeof item === "string" ? [{ field: join(join(field, key), index), text: item }] : [],
    );
  });
}
