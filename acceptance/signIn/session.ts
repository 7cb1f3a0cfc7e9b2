import { type Person, type Target } from "../check";
import { Jar } from "../http/jar";
import { type Answer, ask, header, type HeaderList } from "../http/request";

/** One hop of a sign-in, for whoever wants to look at them. */
export interface Hop {
  url: URL;
  answer: Answer;
}

export interface Session {
  jar: Jar;
  /** Every request of the sign-in in order. */
  hops: Hop[];
  /** Where the sign-in ended. */
  last: Hop;
}

/** Asks with a session's cookies and keeps what the answer sets. */
export async function askWith(
  target: Target,
  jar: Jar,
  url: URL,
  path: string,
  options: { method?: string; headers?: HeaderList; body?: string; signal?: AbortSignal } = {},
): Promise<Answer> {
  const cookie = jar.header(url, path);
  const answer = await ask(target, url, path, {
    ...options,
    headers: [...(options.headers ?? []), ...(cookie === "" ? [] : [["Cookie", cookie] as const])],
  });
  jar.take(url, answer);
  return answer;
}

const page: HeaderList = [["Accept", "text/html"]];

/**
 * Signs a person in as a browser does, by Dex's own form: from the page that was asked for over the gate and Dex back to
 * exactly that page. Throws where the way ends early, and says at which hop.
 */
export async function signIn(target: Target, person: Person, start: URL, signal?: AbortSignal): Promise<Session> {
  const jar = new Jar();
  const hops: Hop[] = [];
  const go = async (url: URL, method = "GET", form?: string): Promise<Answer> => {
    const headers: HeaderList =
      form === undefined ? page : [...page, ["Content-Type", "application/x-www-form-urlencoded"]];
    const answer = await askWith(target, jar, url, `${url.pathname}${url.search}`, {
      method,
      headers: form === undefined ? headers : [...headers, ["Content-Length", String(Buffer.byteLength(form))]],
      ...(form === undefined ? {} : { body: form }),
      ...(signal === undefined ? {} : { signal }),
    });
    hops.push({ url, answer });
    return answer;
  };
  // The button of the sign-in page leads here; the page itself is a check of its own.
  let url = new URL(`/oauth2/start?rd=${encodeURIComponent(start.href)}`, target.gate);
  let answer = await go(url);
  for (let count = 0; count < 15; count += 1) {
    const location = header(answer, "location");
    if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
      url = new URL(location, url);
      if (url.href === start.href) {
        const last = await go(url);
        return { jar, hops, last: { url, answer: last } };
      }
      answer = await go(url);
      continue;
    }
    const action = /<form[^>]*method="post"[^>]*action="([^"]*)"/i.exec(answer.body)?.[1];
    if (answer.status === 200 && url.pathname.startsWith("/dex/") && /name="password"/.test(answer.body)) {
      const next = action === undefined || action === "" ? url : new URL(action.replaceAll("&amp;", "&"), url);
      const form = new URLSearchParams({ login: person.email, password: person.password }).toString();
      url = next;
      answer = await go(url, "POST", form);
      if (answer.status === 200 || answer.status === 401) {
        throw new Error(`Dex did not take the password of ${person.email}`);
      }
      continue;
    }
    break;
  }
  throw new Error(`the sign-in of ${person.email} ended at ${url.origin}${url.pathname} with status ${answer.status}`);
}
