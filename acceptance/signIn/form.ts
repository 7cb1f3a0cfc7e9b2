import { tagsIn } from "../html/tags";

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
  const tags = tagsIn(html);
  const begin = tags.findIndex(({ name }) => name === "form");
  const form = tags[begin];
  const action = form?.attributes.get("action") ?? "";
  if (form === undefined || !URL.canParse(action, page.href)) {
    return undefined;
  }
  const end = tags.findIndex(({ name }, index) => index > begin && name === "/form");
  const inputs = tags.slice(begin, end < 0 ? undefined : end).filter(({ name }) => name === "input");
  const fields = inputs.map(({ attributes }) => [attributes.get("name"), attributes.get("value")] as const);
  return {
    action: action === "" ? page : new URL(action, page),
    method: (form.attributes.get("method") ?? "GET").toUpperCase(),
    fields: Object.fromEntries(
      fields.flatMap(([name, value]) => (name === undefined || value === undefined ? [] : [[name, value]])),
    ),
    names: fields.flatMap(([name]) => name ?? []),
  };
}
