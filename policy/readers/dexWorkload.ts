import { withoutTrailing } from "../../documents/withoutTrailing";
import { join, listAt, type Manifest } from "../manifest";
import { componentOf } from "../versions/components";
import { type Container, containersOf } from "./containers";
import { readImage } from "./image";

/** A container that runs `dex serve`, or whose image does where nobody says anything else. */
export interface DexContainer {
  readonly container: Container;
  /** Where the configuration's path stands, or would have to. */
  readonly field: string;
  /** The configuration's path; nothing where it isn't told. */
  readonly path: string | undefined;
  readonly flags: readonly Flag[];
}

interface Flag {
  readonly name: string;
  readonly field: string;
  readonly value: string;
}

interface Word {
  readonly field: string;
  readonly text: string;
}

/** Every Dex in an object. Init containers count where they run it. */
export function dexContainersOf(manifest: Manifest): DexContainer[] {
  return containersOf(manifest).flatMap((container): DexContainer[] => {
    const words = wordsOf(container);
    const program = words.findIndex(({ text }, index) => isDex(text) && words[index + 1]?.text === "serve");
    if (program >= 0) return [serving(container, words.slice(program + 2))];
    const { image } = container.spec;
    if (container.isInit || typeof image !== "string" || componentOf(readImage(image)) !== "Dex") return [];
    // The image's entrypoint takes `serve` without the program's name, too.
    const serve = words.findIndex(({ text }) => text === "serve");
    return [serving(container, serve < 0 ? [] : words.slice(serve + 1))];
  });
}

function isDex(text: string): boolean {
  return /(^|\/)dex$/.test(text);
}

function serving(container: Container, words: readonly Word[]): DexContainer {
  const flags: Flag[] = [];
  let config: Word | undefined;
  for (let index = 0; index < words.length; index++) {
    const { field, text } = words[index] ?? { field: "", text: "" };
    const [, name, given] = /^--([\w-]+)(?:=([^]*))?$/.exec(text) ?? [];
    if (name === undefined) {
      // The end of a shell's command.
      if (/^([;&|]+|\)|\d?>.*)$/.test(text)) break;
      config ??= { field, text: withoutTrailing(text, ";&|)") };
    } else {
      flags.push({ name, field, value: given ?? words[index + 1]?.text ?? "" });
      if (given === undefined) index++;
    }
  }
  return { container, field: config?.field ?? container.field, path: config?.text, flags };
}

/** The words of a command, those of scripts in it as a shell takes them apart in the simplest case. */
function wordsOf({ field, spec }: Container): Word[] {
  return ["command", "args"].flatMap((key) => {
    const place = join(field, key);
    return listAt(spec[key], place).flatMap((item, index): Word[] => {
      const at = join(place, index);
      const text = typeof item === "string" ? item : JSON.stringify(item);
      if (!/\s/.test(text)) return [{ field: at, text }];
      const words = text.replace(/\\\n/g, " ").match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
      return words.map((word) => ({ field: at, text: word.replace(/["']/g, "") }));
    });
  });
}
