import { lists, nameOfFlag, switches } from "../../../documents/oauth2-proxy/settingNames";
import { join, listAt } from "../../manifest";
import { type Member, type UnknownValue } from "../../rule";
import { known } from "../known";
import { once } from "../once";
import { type Variable } from "./environment";
import { expanded, newRoom, type Room, tooLong } from "./expansion";
import { isProgram } from "./script";
import { type Layer, notShown, type Setting } from "./setting";

/** One word of a command, with the place where it stands. */
interface Word {
  readonly field: string;
  readonly text: string;
}

/** The flags among words. */
export function settingsInWords(about: Member, words: readonly Word[], variables: readonly Variable[]): Setting[] {
  const settings: Setting[] = [];
  const byName = new Map(variables.map((variable) => [variable.variable, variable]));
  const room = newRoom();
  const program = words.findLastIndex(({ text }) => isProgram(text));
  for (let index = 0; index < words.length; index++) {
    const { field, text } = words[index] ?? { field: "", text: "" };
    if (text === "--") {
      // What starts another program, such as dumb-init or tini, has dashes before that program's own words.
      if (program > index) continue;
      break;
    }
    const [, flag, given] = /^--?([A-Za-z][\w.-]*)(?:=([^]*))?$/.exec(text) ?? [];
    if (flag === undefined) continue;
    const name = nameOfFlag(flag);
    const setting = (value: string) => flagSetting(about, `${field} (--${flag})`, name, value, byName, room);
    if (given !== undefined) {
      settings.push(setting(given));
      continue;
    }
    const next = words[index + 1]?.text;
    // What nobody knows is a switch where no word follows that could be its value.
    const isSwitch = switches.has(name) || next === undefined || next.startsWith("-");
    settings.push(setting(isSwitch && !lists.has(name) ? "true" : (next ?? "")));
    if (!isSwitch) index++;
  }
  return settings;
}

/** The flags in lists of a container, such as `command` and `args`. */
export function commandLine(
  about: Member,
  field: string,
  container: Record<string, unknown>,
  variables: readonly Variable[],
  keys: readonly string[] = ["command", "args"],
): Layer {
  const words: Word[] = [];
  let unknown: UnknownValue | undefined;
  const guard = (look: () => void) => {
    const result = known(look);
    if (!result.known) unknown ??= result.cause;
  };
  for (const key of keys) {
    guard(() => {
      const place = join(field, key);
      const list = listAt(container[key], place);
      for (let index = 0; index < list.length; index++) {
        guard(() => {
          const item = list[index];
          const text = typeof item === "string" ? item : JSON.stringify(item);
          words.push(...wordsOf(join(place, index), text));
        });
      }
    });
  }
  return { settings: settingsInWords(about, words, variables), ...(unknown ? { unknown } : {}) };
}

/** A script's line is taken apart as a shell would in the simplest case. */
function wordsOf(field: string, text: string): Word[] {
  if (text.startsWith("-") || !/\s--?[a-z]/.test(text)) return [{ field, text }];
  // A backslash at a line's end joins it with the next.
  return (text.replace(/\\\n/g, " ").match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => ({
    field,
    text: word.replace(/["']/g, ""),
  }));
}

/** A flag's value, with the variables in it that Kubernetes replaces. */
function flagSetting(
  about: Member,
  field: string,
  name: string,
  value: string,
  variables: ReadonlyMap<string, Variable>,
  room: Room,
): Setting {
  const [, whole] = /^\$[({]?([A-Za-z_]\w*)[)}]?$/.exec(value) ?? [];
  const source = whole === undefined ? undefined : variables.get(whole);
  if (source) {
    return {
      name,
      origin: "flag",
      about: source.about,
      field: `${source.field}, for ${field}`,
      inTheOpen: source.inTheOpen,
      read: () => shownOf(source.read()),
    };
  }
  const read = once(() => shownOf(expanded(value, (variable) => variables.get(variable)?.read(), room)));
  return { name, origin: "flag", about, field, inTheOpen: true, read };
}

function shownOf(value: unknown): unknown {
  return value === tooLong ? notShown : value;
}
