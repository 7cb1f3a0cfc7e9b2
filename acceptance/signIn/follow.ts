import { type Target } from "../check";
import { type Jar } from "../http/jar";
import { isNotebook } from "../notebookHosts";
import { askWith, type AskWithOptions, type Hop, pageHeaders, redirectOf } from "./hop";

const mostHops = 10;

/** What following redirects came to. */
export interface Followed {
  hops: Hop[];
  last: Hop;
  /** Why it did not come to a page: a loop, or a host that is none of the deployment's. */
  stuck: string | undefined;
}

/**
 * Follows redirects as a browser does (Fetch Standard, HTTP-redirect fetch), within the deployment's hosts. The first
 * path goes out as it stands in `path`, where that is given: `URL` would tidy it up.
 */
export async function follow(
  target: Target,
  jar: Jar,
  url: URL,
  { path, ...options }: AskWithOptions & { path?: string } = {},
): Promise<Followed> {
  let next = url;
  let raw = path;
  let how: AskWithOptions = { headers: pageHeaders, ...options };
  const hops: Hop[] = [];
  for (;;) {
    const hop = { url: next, answer: await askWith(target, jar, next, raw ?? `${next.pathname}${next.search}`, how) };
    raw = undefined;
    hops.push(hop);
    const to = redirectOf(hop);
    if (to === undefined) {
      return { hops, last: hop, stuck: undefined };
    }
    if (!isOwn(target, to)) {
      return { hops, last: hop, stuck: `it leads to ${to.protocol}//${to.host}` };
    }
    if (hops.length > mostHops) {
      return { hops, last: hop, stuck: `it goes on and on: ${hops.length} redirects, the last to ${to.pathname}` };
    }
    const { status } = hop.answer;
    const method = how.method ?? "GET";
    if ((status === 303 && method !== "GET" && method !== "HEAD") || (status < 303 && method === "POST")) {
      how = { headers: pageHeaders, ...(options.signal === undefined ? {} : { signal: options.signal }) };
    }
    next = to;
  }
}

/** Whether an address is one of the deployment's own, by https. */
export function isOwn({ gate, echo, notebooks }: Target, url: URL): boolean {
  const { protocol, host, hostname, port } = url;
  return (
    protocol === "https:" &&
    (host === gate.host ||
      host === echo?.host ||
      (hostname.endsWith(`.${gate.hostname}`) && port === gate.port) ||
      (notebooks !== undefined && (host === notebooks.signInHost.host || isNotebook(notebooks, url))))
  );
}
