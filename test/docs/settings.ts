/** The settings that a page shows, as a stack's file or a part of it would have them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { project, type Tree } from "../stacks/fixture";

export const textOf = (page: string) => readFileSync(join(__dirname, "../..", page), "utf8");

export interface Block {
  /** The heading above. */
  heading: string;
  text: string;
}

/** The fenced blocks of a page in one language, without the fence. */
export const blocksOf = (page: string, language: string) => blocksIn(textOf(page), language);

/** The same of a part of a page. */
export function blocksIn(markdown: string, language: string): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  const parts = markdown.matchAll(/^#+ (.+)$|^( *)```(\w*)\n([^]*?)^\2```/gm);
  for (const [, title, , written, text = ""] of parts) {
    if (title !== undefined) {
      heading = title;
    } else if (written === language) {
      blocks.push({ heading, text });
    }
  }
  return blocks;
}

const prefix = `${project}:`;

/** The documents of a YAML block; what is for kubectl may be several. */
export function documentsIn({ text }: Pick<Block, "text">): (Tree | unknown[])[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Tree | unknown[]);
}

/** The settings in a YAML block; nothing where it shows something else. */
export function settingsIn({ text }: Pick<Block, "text">): Tree | undefined {
  const [shown = {}, another] = documentsIn({ text });
  if (another !== undefined) {
    return undefined;
  }
  const config = Array.isArray(shown) ? {} : ((shown.config ?? shown) as Tree);
  const keys = Object.keys(config);
  return keys.length > 0 && keys.every((key) => key.startsWith(prefix))
    ? Object.fromEntries(Object.entries(config).map(([key, value]) => [key.slice(prefix.length), value]))
    : undefined;
}
