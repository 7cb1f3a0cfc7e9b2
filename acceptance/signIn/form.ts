/** A form of a page: where it goes, and what it sends by itself. */
export interface Form {
  action: URL;
  method: string;
  /** Fields with a value that the page fills in, hidden ones above all. */
  fields: Record<string, string>;
  /** Names of all its fields. */
  names: string[];
}

/** The first form of a page; enough of HTML for the pages of oauth2-proxy and Dex. */
export function readForm(html: string, page: URL): Form | undefined {
  const found = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html);
  if (found === null) {
    return undefined;
  }
  const attributes = attributesOf(found[1] ?? "");
  const action = attributes["action"] ?? "";
  if (!URL.canParse(action, page.href)) {
    return undefined;
  }
  const inputs = [...(found[2] ?? "").matchAll(/<input\b([^>]*)>/gi)].map(([, text = ""]) => attributesOf(text));
  return {
    action: action === "" ? page : new URL(action, page),
    method: (attributes["method"] ?? "GET").toUpperCase(),
    fields: Object.fromEntries(
      inputs.flatMap(({ name, value }) => (name === undefined || value === undefined ? [] : [[name, value]])),
    ),
    names: inputs.flatMap(({ name }) => (name === undefined ? [] : [name])),
  };
}

function attributesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)].map(
      ([, name = "", double, single]) => [name.toLowerCase(), plain(double ?? single ?? "")] as const,
    ),
  );
}

const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Text out of HTML's character references; Go's templates write `+` as `&#43;`. */
function plain(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (decimal !== undefined || hex !== undefined) {
        return String.fromCodePoint(decimal === undefined ? parseInt(hex ?? "", 16) : Number(decimal));
      }
      return named[name ?? ""] ?? whole;
    },
  );
}
