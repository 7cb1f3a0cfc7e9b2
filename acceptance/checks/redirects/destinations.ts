import { type Target } from "../../check";
import { type Tag, tagsIn } from "../../html/tags";
import { type Answer } from "../../http/request";

/** A place to which an answer sends or invites a browser. */
export interface Destination {
  /** What names it, such as `Location` or `<a href>`. */
  from: string;
  value: string;
}

const headerNames = ["location", "content-location", "refresh"];
const addresses = /^(?:href|src|action|formaction|data|ping|poster|background|srcset|xlink:href)$/i;

/** Every place that an answer names: in its header, in links and forms, in hidden fields, and in scripts. */
export function destinationsIn({ headers, body }: Answer): Destination[] {
  const named = headers
    .filter(([name]) => headerNames.includes(name))
    .map(([name, value]) => ({ from: name, value: name === "refresh" ? afterUrl(value) : value }));
  return [...named, ...tagsIn(body).flatMap((tag) => [...inTag(tag), ...inScript(tag)])];
}

function inTag({ name: tag, attributes }: Tag): Destination[] {
  return [...attributes].flatMap(([name, content]): Destination[] => {
    if (addresses.test(name)) {
      return [{ from: `<${tag} ${name}>`, value: content }];
    }
    // What a person sees in a field is a text; what a form takes along unseen may be an address.
    if (tag === "input" && name === "value" && /^hidden$/i.test(attributes.get("type") ?? "")) {
      return [{ from: `<input name="${attributes.get("name") ?? ""}">`, value: content }];
    }
    const refreshes = tag === "meta" && name === "content" && /^refresh$/i.test(attributes.get("http-equiv") ?? "");
    return refreshes ? [{ from: "<meta> refresh", value: afterUrl(content) }] : [];
  });
}

/** Texts in scripts that are addresses of another host, or become some. */
function inScript({ name, text }: Tag): Destination[] {
  const texts = name === "script" ? text.matchAll(/["'`]((?:[a-z][a-z0-9+.-]*:|[\\/]{2})[^"'`]*)["'`]/gi) : [];
  return [...texts].map(([, value = ""]) => ({ from: "<script>", value }));
}

/** The address in `5; url=…`. */
function afterUrl(content: string): string {
  return content.replace(/^[^;]*;?\s*(?:url\s*=\s*)?["']?/i, "").replace(/["']\s*$/, "");
}

/** Where a browser ends up (WHATWG URL): it drops tabs and line breaks, and reads backslashes as slashes. */
export function followed(value: string, page: URL): URL | undefined {
  return URL.canParse(value, page.href) ? new URL(value, page) : undefined;
}

/** Hosts to which people may be sent. Other names of the same domain are not among them: nobody knows who has them. */
function ownHosts({ gate, echo }: Target): string[] {
  return [gate.host, ...(echo === undefined ? [] : [echo.host])];
}

/** Whether a browser that follows this stays with the deployment. */
export function isOwn(target: Target, value: string, page: URL): boolean {
  const to = followed(value, page);
  // A browser doesn't go to what it cannot read.
  return (
    to === undefined || ((to.protocol === "https:" || to.protocol === "http:") && ownHosts(target).includes(to.host))
  );
}

/** What is wrong with an answer to a request that tried to send people elsewhere; undefined when nothing is. */
export function strayIn(target: Target, page: URL, answer: Answer): string | undefined {
  const smuggled = answer.headers.find(
    ([name, value]) => name === "x-injected" || (name === "set-cookie" && /^\s*injected=/i.test(value)),
  );
  if (smuggled !== undefined) {
    return `a header "${smuggled[0]}" that the request brought along`;
  }
  if (/<script>injected/i.test(answer.body)) {
    return "a script that the request brought along";
  }
  const stray = destinationsIn(answer).find(({ value }) => !isOwn(target, value, page));
  return stray === undefined ? undefined : `${stray.from} to ${shown(followed(stray.value, page))}`;
}

/** Without path and query, which may hold codes and states. */
function shown(to: URL | undefined): string {
  return to === undefined ? "nowhere" : to.host === "" ? to.protocol : `${to.protocol}//${to.host}`;
}
