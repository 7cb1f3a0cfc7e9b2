import { type Target } from "../check";
import { type Jar } from "../http/jar";
import { type Answer, ask, header, type HeaderList } from "../http/request";

/** One request of a sign-in with its answer, for whoever wants to look at them. */
export interface Hop {
  url: URL;
  answer: Answer;
}

export interface AskWithOptions {
  method?: string;
  headers?: HeaderList;
  body?: string;
  signal?: AbortSignal;
}

/** Asks with a session's cookies and keeps what the answer sets. */
export async function askWith(
  target: Target,
  jar: Jar,
  url: URL,
  path: string,
  options: AskWithOptions = {},
): Promise<Answer> {
  const cookie = jar.header(url, path);
  const answer = await ask(target, url, path, {
    ...options,
    headers: [...(options.headers ?? []), ...(cookie === "" ? [] : [["Cookie", cookie] as const])],
  });
  jar.take(url, answer);
  return answer;
}

/** Where an answer sends the browser. */
export function redirectOf({ url, answer }: Hop): URL | undefined {
  const location = redirects(answer) ? header(answer, "location") : undefined;
  return location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : undefined;
}

export function redirects({ status }: Answer): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Headers of a browser that opens a page. */
export const pageHeaders: HeaderList = [["Accept", "text/html,application/xhtml+xml,*/*;q=0.8"]];

/** A form's fields as a browser posts them. */
export function posted(fields: Record<string, string>): { method: "POST"; headers: HeaderList; body: string } {
  const body = new URLSearchParams(fields).toString();
  return {
    method: "POST",
    headers: [
      ...pageHeaders,
      ["Content-Type", "application/x-www-form-urlencoded"],
      ["Content-Length", String(Buffer.byteLength(body))],
    ],
    body,
  };
}
