import { type Person, type Target } from "../check";
import { tagsIn } from "../html/tags";
import { type Hop } from "./hop";
import { isProvider } from "./provider";

/** Dex's own passwords are the connector `local`. */
export function connectorOf({ connector = "local" }: Pick<Person, "connector">): string {
  return connector;
}

/** Where Dex has several ways to sign in it asks which, with a link for each; this is a person's. */
export function connectorLink(
  target: Target,
  { url, answer }: Hop,
  person: Pick<Person, "connector">,
): URL | undefined {
  if (answer.status !== 200 || !isProvider(target, url)) {
    return undefined;
  }
  const tags = tagsIn(answer.body);
  const links = tags.flatMap(({ name, attributes }) => (name === "a" ? (attributes.get("href") ?? []) : []));
  const link = links.find((href) => isLinkOf(person, href) && URL.canParse(href, url.href));
  const asksForPassword = tags.some(({ attributes }) => attributes.get("name") === "password");
  return link === undefined || asksForPassword ? undefined : new URL(link, url);
}

function isLinkOf(person: Pick<Person, "connector">, href: string): boolean {
  return /\/auth\/([^/?]+)(?:[/?]|$)/.exec(href)?.[1] === connectorOf(person);
}
