import { echo } from "../../../components/topology";
import { type Check } from "../../check";
import { type Answer, header, type HeaderList } from "../../http/request";
import { doors, everyOne, expectClosed, get, type Pick, type Try, visible } from "./tries";

const methods = [
  "OPTIONS", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "TRACK", "DEBUG", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK",
  "UNLOCK", "SEARCH", "REPORT", "PURGE", "BAN", "LINK", "UNLINK", "QUERY", "SOURCE", "PRI", "M-SEARCH", "BREW", "PROBE",
  // Rules that name methods in upper case were passed by others (GHSA-w44g-8m76-8gc5).
  "get", "Get", "gET", "post", "options", "Options", "head", "connect", "trace",
  "GET\t", "\tGET", " GET", "GET,POST", "%47ET", "G\0ET", "\x01", "GET\x0b", "X".repeat(300), "GET:", "\"GET\"",
]; // prettier-ignore

/** What a browser sends before a call to another host (Fetch Standard, CORS preflight). */
const preflights: { what: string; headers: HeaderList }[] = [
  "https://evil.example",
  "null",
  "own",
  "https://evil.example.com",
].flatMap((origin) =>
  ["GET", "DELETE"].map((method) => ({
    what: `a preflight for ${method} from ${origin}`,
    headers: [
      ["Origin", origin],
      ["Access-Control-Request-Method", method],
      ["Access-Control-Request-Headers", "authorization, kubeflow-userid, content-type"],
      ["Access-Control-Request-Private-Network", "true"],
    ] as HeaderList,
  })),
);

const overrides: HeaderList[] = [
  "X-HTTP-Method-Override",
  "X-HTTP-Method",
  "X-Method-Override",
  "X-Original-Method",
  "X-Forwarded-Method",
].flatMap((name) => ["OPTIONS", "HEAD", "TRACE", "CONNECT"].map((value): HeaderList => [[name, value]]));

/** A method says what is to be done, and nothing about who may. */
export function methodTricks(pick: Pick = everyOne): Check {
  return {
    area: "paths",
    name: "methods",
    proves:
      "No method, in whatever case or shape, no preflight and no header or parameter that replaces a method opens anything without identity, and no preflight is allowed for another origin.",
    mend: "No rule of the gate may name methods (components/accessRules.ts): one that excepts OPTIONS lets every OPTIONS through. Look for a CORS policy in a VirtualService.",
    exercises: ["gateway", "oauth2-proxy"],
    needs: [],
    timeout: 120,
    async run(context) {
      const { target } = context;
      const tries = doors(target).flatMap((url): Try[] => [
        ...methods.map((method) => ({
          what: `${visible(method).slice(0, 20)} /probe`,
          ...get(url, "/probe", [], method),
        })),
        ...preflights.flatMap(({ what, headers }) =>
          ["/probe", "/api/probe", "/"].map((path) => ({
            what: `${what} at ${path}`,
            ...get(
              url,
              path,
              headers.map(([name, value]) => [name, value === "own" ? target.gate.origin : value]),
              "OPTIONS",
            ),
            look: allowsOthers,
          })),
        ),
        ...overrides.map((headers) => ({
          what: `GET /probe with ${headers.map((pair) => pair.join(": ")).join()}`,
          ...get(url, "/probe", headers),
        })),
        ...["_method=OPTIONS", "X-HTTP-Method-Override=OPTIONS", "method=OPTIONS"].map((query) => ({
          what: `POST /probe?${query}`,
          ...get(url, `/probe?${query}`, [["Content-Length", "0"]], "POST"),
        })),
        // Nothing may be tunnelled anywhere.
        ...[
          url.host,
          `${url.hostname}:80`,
          `${echo.host}:${echo.ports.http}`,
          "127.0.0.1:15000",
          "kubernetes.default.svc:443",
          "/probe",
          "*",
        ].map((to) => ({ what: `CONNECT ${to}`, ...get(url, to, [], "CONNECT"), allowed: { unrouted: true } })),
      ]);
      await expectClosed(context, pick(tries), 8);
    },
  };
}

function allowsOthers(answer: Answer): string | undefined {
  const origin = header(answer, "access-control-allow-origin");
  return origin === undefined ? undefined : `Access-Control-Allow-Origin: ${origin}`;
}
