import { type CheckContext, type Target } from "../../check";
import { inParallel } from "../../http/inParallel";
import { type Allowed, leakIn, type Mark, newMark, summary, whileItRefuses } from "../../http/leaks";
import { type Answer, type HeaderList } from "../../http/request";
import { exchange, requestText, type WireOptions } from "../../http/wire";
import { echoElsewhere } from "../../tokens/parts";

/** Something that somebody without identity sends. */
export interface Try {
  what: string;
  url: URL;
  bytes: string | readonly string[];
  marks: readonly Mark[];
  allowed?: Allowed;
  wire?: WireOptions;
  /** What else is wrong with an answer. */
  look?: (answer: Answer) => string | undefined;
}

/** Which of its tries a check makes: all of them, unless a test wants to see a few. */
export type Pick = <Item extends { what: string }>(all: readonly Item[]) => readonly Item[];

export const everyOne: Pick = (all) => all;

/** The gate, and the application where there is one: everything of the second needs identity. */
export function doors(target: Target): URL[] {
  return [target.gate, ...[echoElsewhere(target)].filter((url) => url !== undefined)];
}

/** A plain request with a mark of its own; the target stands on the wire as it is written here. */
export function get(url: URL, path: string, headers: HeaderList = [], method = "GET"): Omit<Try, "what"> {
  const mark = newMark();
  const named = headers.some(([name]) => name.toLowerCase() === "host");
  const list: HeaderList = [
    ...(named ? [] : [["Host", url.host] as const]),
    ["Accept", "text/html"],
    mark.header,
    ...headers,
    ["Connection", "close"],
  ];
  return { url, bytes: requestText(`${method} ${path} HTTP/1.1`, list), marks: [mark] };
}

/** Whether a path, tidied up in any order that a proxy may choose, is one for Dex or oauth2-proxy. */
export function isSignIn(target: Target, url: URL, path: string): boolean {
  if (url.host !== target.gate.host) {
    return false;
  }
  const plain = path
    .replace(/[?#].*/s, "")
    .replace(/%2f/gi, "/")
    .replace(/%5c|\\/gi, "/")
    .replace(/%([2-7][0-9a-f])/gi, (whole, hex: string) => {
      const char = String.fromCharCode(parseInt(hex, 16));
      return /[a-z0-9._~-]/i.test(char) ? char : whole;
    });
  // Some take `..;a=b` for `..`, Envoy among them.
  const spellings = [plain, plain.replace(/\/(\.{1,2});[^/]*/g, "/$1")];
  return spellings
    .flatMap((each) => [withoutDots(each).replace(/\/{2,}/g, "/"), withoutDots(each.replace(/\/{2,}/g, "/"))])
    .some((tidied) => /^\/(dex|oauth2)\//.test(tidied));
}

/** RFC 3986, section 5.2.4. */
function withoutDots(path: string): string {
  const out: string[] = [];
  for (const segment of path.split("/").slice(1)) {
    if (segment === "..") {
      out.pop();
    } else if (segment !== ".") {
      out.push(segment);
    }
  }
  return `/${out.join("/")}${/\/\.{1,2}$/.test(path) ? "/" : ""}`;
}

/**
 * Each once as it is, and once with an Authorization header that holds no token: the first is oauth2-proxy's to refuse, the
 * second the token rules' (components/accessRules.ts), and both have to know the same exceptions.
 */
export function bothWays(tries: readonly Try[]): Try[] {
  const password = "Authorization: Basic dTpw";
  return tries.flatMap((each) => {
    const { what, bytes } = each;
    const [first = "", ...rest] = typeof bytes === "string" ? [bytes] : bytes;
    return [
      each,
      { ...each, what: `${what}, with a password`, bytes: [first.replace("\r\n", `\r\n${password}\r\n`), ...rest] },
    ];
  });
}

/** Sends them all, and says of each what went out and should not have. */
export async function expectClosed(context: CheckContext, tries: readonly Try[], atOnce?: number): Promise<void> {
  const { target, probe, signal } = context;
  if (tries.length === 0) {
    throw new Error("nothing was to be tried, so that nothing would be proven");
  }
  await whileItRefuses(context, doors(target), async () => {
    await inParallel(
      tries,
      async ({ what, url, bytes, marks, allowed, wire, look }) => {
        const came = await exchange(target, url, bytes, { ...wire, signal });
        const wrong =
          leakIn(target, came, marks, allowed) ??
          came.answers.map((answer) => look?.(answer)).find((each) => each !== undefined);
        probe.expect(
          wrong === undefined,
          `${url.hostname}: ${what}: ${summary(came)}`,
          `${url.hostname}: ${what}: without identity nothing but a refusal was wanted; came ${wrong}`,
        );
      },
      atOnce,
    );
  });
}

/** For messages: what cannot be seen is written out. */
export function visible(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
