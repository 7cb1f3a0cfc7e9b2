import { plainText } from "./plainText";

/** One tag of a page, in the order of the text. */
export interface Tag {
  /** In lower case; with a slash in front where the tag ends an element. */
  name: string;
  /** Names in lower case, values without character references; of one that comes twice browsers keep the first. */
  attributes: ReadonlyMap<string, string>;
  /** What stands between a tag and its end where browsers look for no tags in there; "" elsewhere. */
  text: string;
}

/** Elements in whose text `<` begins nothing but their own end. */
const rawText: readonly string[] = ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];

/**
 * The tags of a page as browsers see them (WHATWG HTML, section 13.2.5), as far as it takes to read links and forms. Looks
 * at each character once: the page comes from a server that may want to keep its reader busy.
 */
export function tagsIn(html: string): Tag[] {
  const tags: Tag[] = [];
  const reader = new Reader(html);
  for (let tag = reader.next(); tag !== undefined; tag = reader.next()) {
    tags.push(tag);
  }
  return tags;
}

class Reader {
  readonly #html: string;
  #at = 0;

  constructor(html: string) {
    this.#html = html;
  }

  next(): Tag | undefined {
    for (;;) {
      const begun = this.#find(/<(?:!--|[!?]|\/(?![a-z])|\/?[a-z][^\t\n\f\r />]*)/gi);
      if (begun === undefined) {
        return undefined;
      }
      if (/^<\/?[a-z]/i.test(begun)) {
        return this.#tag(begun.slice(1).toLowerCase());
      }
      if (begun === "<!--") {
        // `<!-->` is a whole comment, so that the end may begin within the beginning.
        this.#at -= 2;
        this.#find(/--!?>/g);
      } else {
        this.#find(/>/g);
      }
    }
  }

  /** Undefined where the page ends within it, so that browsers show nothing of it. */
  #tag(name: string): Tag | undefined {
    const attributes = new Map<string, string>();
    for (;;) {
      this.#take(/[\t\n\f\r /]*/y);
      if (this.#take(/>/y) !== undefined) {
        return { name, attributes, text: rawText.includes(name) ? this.#until(name) : "" };
      }
      // An equals sign at the beginning belongs to the name.
      const key = this.#take(/[^\t\n\f\r />][^\t\n\f\r />=]*/y)?.toLowerCase();
      const assigned = this.#take(/[\t\n\f\r ]*=[\t\n\f\r ]*/y) !== undefined;
      const value = assigned ? this.#value() : "";
      if (key === undefined || value === undefined) {
        return undefined;
      }
      if (!attributes.has(key)) {
        attributes.set(key, plainText(value));
      }
    }
  }

  #value(): string | undefined {
    const quote = this.#take(/["']/y);
    if (quote === undefined) {
      return this.#take(/[^\t\n\f\r >]*/y) ?? "";
    }
    const end = this.#html.indexOf(quote, this.#at);
    if (end < 0) {
      return undefined;
    }
    const value = this.#html.slice(this.#at, end);
    this.#at = end + 1;
    return value;
  }

  /** The text up to the end of an element; to the end of the page where there is none. */
  #until(name: string): string {
    const begin = this.#at;
    const end = this.#find(new RegExp(`</${name}(?=[\\t\\n\\f\\r />])`, "gi"));
    this.#at -= end?.length ?? 0;
    return this.#html.slice(begin, this.#at);
  }

  /** The next place that fits, and everything before it is done with; without one, the whole page is. */
  #find(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#html);
    this.#at = found === null ? this.#html.length : pattern.lastIndex;
    return found?.[0];
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#html)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}
