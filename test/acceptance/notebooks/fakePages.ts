/** What the fake deployment's hosts are called and show. */
import { type FakeAnswer, type FakeRequest, gateName } from "../fakeGate";

export const domain = "kubeflow-notebooks.example.com";
/** On another site than the gate. */
export const apart = "kubeflow-notebooks.example.org";

/** Whether a pair of the header `Cookie` is the session's, by its name: itself, a part or a CSRF cookie. */
export function belongsToSession(pair: string): boolean {
  return /^\s*__Secure-gatehouse(_\d+|_csrf|_[\w-]+_csrf)?\s*(=|$)/.test(pair);
}

/** As the echo writes it, a header a line. */
export function echoed({ path }: Pick<FakeRequest, "path">, headers: FakeRequest["headers"], user: string): FakeAnswer {
  const lines = Object.entries({ ":path": path, ...headers }).flatMap(([name, value]) =>
    value === undefined ? [] : [`    ${JSON.stringify(name)}: ${JSON.stringify(value)}`],
  );
  const body = `{\n  "user": "${user}",\n  "groups": [],\n  "headers": {\n${lines.join(",\n")}\n  }\n}\n`;
  return { headers: { "content-type": "application/json" }, body };
}

/** What oauth2-proxy shows to whoever has no session. */
export function refusal(url: URL, signsInAt: string): FakeAnswer {
  return { status: 403, headers: { "content-type": "text/html" }, body: signInPage(url, signsInAt) };
}

export function signInPage(url: URL, signsInAt: string): string {
  const rd =
    signsInAt !== gateName ? `https://${signsInAt}:${url.port}/gatehouse/return${url.pathname}${url.search}` : url.href;
  const field = `<input type="hidden" name="rd" value="${rd.replaceAll("&", "&amp;")}" />`;
  return `<form method="GET" action="https://${signsInAt}:${url.port}/oauth2/start">${field}<button>Sign in</button></form>`;
}
