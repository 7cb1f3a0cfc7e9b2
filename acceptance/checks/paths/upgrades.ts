import { echo } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { askHttp2, type Field, requestFields } from "../../http/http2";
import { inParallel } from "../../http/inParallel";
import { leakIn, newMark, summary } from "../../http/leaks";
import { type HeaderList } from "../../http/request";
import { openWebsocket } from "../../http/websocket";
import { requestText } from "../../http/wire";
import { doors, everyOne, expectClosed, get, isSignIn, type Pick, type Try } from "./tries";

const key: HeaderList = [
  ["Sec-WebSocket-Version", "13"],
  ["Sec-WebSocket-Key", "bm90aGluZyBvZiBub3RlIQ=="],
];
const settings: HeaderList = [["HTTP2-Settings", "AAMAAABkAAQAAP__"]];

/** Other protocols to leave HTTP/1.1 for. */
const upgrades: { what: string; headers: HeaderList; unrouted?: boolean }[] = [
  { what: "a websocket", headers: [["Upgrade", "websocket"], ...key] },
  { what: "a websocket in upper case", headers: [["Upgrade", "WEBSOCKET"], ...key] },
  { what: "a websocket of another version", headers: [["Upgrade", "websocket"], ["Sec-WebSocket-Version", "777"]] },
  { what: "a websocket without a key", headers: [["Upgrade", "websocket"]] },
  { what: "a websocket with a token as its protocol", headers: [["Upgrade", "websocket"], ...key, ["Sec-WebSocket-Protocol", "base64url.bearer.authorization.k8s.io.eA"]] },
  { what: "a websocket from another origin", headers: [["Upgrade", "websocket"], ...key, ["Origin", "https://evil.example"]] },
  { what: "a websocket or HTTP/2", headers: [["Upgrade", "websocket, h2c"], ...key, ...settings] },
  { what: "HTTP/2 without TLS", headers: [["Upgrade", "h2c"], ...settings] },
  { what: "HTTP/2", headers: [["Upgrade", "h2"], ...settings] },
  { what: "TLS", headers: [["Upgrade", "TLS/1.2, HTTP/1.1"]] },
  { what: "a tunnel", headers: [["Upgrade", "connect-udp"]], unrouted: true },
  { what: "SPDY", headers: [["Upgrade", "SPDY/3.1"]] },
  { what: "something", headers: [["Upgrade", "anything"]] },
]; // prettier-ignore

const paths = ["/probe", "/", "/dex/probe", "/oauth2/probe", "/dex/../probe", "/oauth2/%2e%2e/probe"];

const grpc = ["application/grpc", "application/grpc+proto", "application/grpc+json", "application/grpc-web", "application/grpc-web-text", "application/GRPC"]; // prettier-ignore

/** A connection that leaves HTTP is out of reach for every rule; so nothing may leave it without identity. */
export function upgradeTricks(pick: Pick = everyOne): Check {
  return {
    area: "paths",
    name: "upgrades",
    proves:
      "Without identity no connection becomes a websocket, HTTP/2 without TLS, or a tunnel, nothing is passed behind a refused upgrade, and calls of gRPC are refused.",
    mend: "An upgrade is a request like any other for the rules (components/accessRules.ts). Look for an EnvoyFilter or a VirtualService that routes upgrades or `/ws` around them, and for `allow_connect`.",
    exercises: ["gateway", "oauth2-proxy", "Dex"],
    needs: [],
    timeout: 120,
    async run(context) {
      const { target, probe, signal } = context;
      const app = target.echo ?? target.gate;
      const connection = (headers: HeaderList): HeaderList => {
        const named = headers.some(([name]) => name === "HTTP2-Settings");
        return [["Connection", named ? "Upgrade, HTTP2-Settings" : "Upgrade"], ...headers];
      };
      await expectClosed(
        context,
        pick(
          doors(target).flatMap((url) => [
            ...upgrades.flatMap(({ what, headers, unrouted = false }) =>
              paths.map((path): Try => {
                const [first, second] = [newMark(), newMark()];
                // Behind the upgrade comes a request as if the way were open already.
                const behind = requestText("GET /probe HTTP/1.1", [
                  ["Host", app.host],
                  second.header,
                  ["Connection", "close"],
                ]);
                return {
                  what: `${what} at ${path}`,
                  url,
                  bytes:
                    requestText(`GET ${path} HTTP/1.1`, [["Host", url.host], first.header, ...connection(headers)]) +
                    behind,
                  marks: [first, second],
                  allowed: { unrouted, signIn: isSignIn(target, url, path) },
                };
              }),
            ),
            ...grpc.flatMap((type) =>
              ["/probe.Service/Call", "/ml_metadata.MetadataStoreService/GetContexts"].map((path): Try => ({
                what: `${type} at ${path}`,
                ...get(
                  url,
                  path,
                  [
                    ["Content-Type", type],
                    ["TE", "trailers"],
                    ["Content-Length", "0"],
                  ],
                  "POST",
                ),
              })),
            ),
          ]),
        ),
        8,
      );
      for (const url of doors(target)) {
        const came = await openWebsocket(target, url, "/probe", [], { signal });
        probe.expect(
          !came.switched && leakIn(target, came, []) === undefined,
          `${url.hostname}: a websocket as a browser opens it: ${summary(came)}`,
          `${url.hostname}: a websocket as a browser opens it should be refused; came ${summary(came)}`,
        );
      }
      await overHttp2(context, pick);
    },
  };
}

/** HTTP/2 has websockets and tunnels of its own (RFC 8441, RFC 9113, section 8.5). */
async function overHttp2({ target, probe, signal }: CheckContext, pick: Pick): Promise<void> {
  const tries = doors(target).flatMap((url) => {
    const mark = newMark();
    const connect = (to: string, protocol?: string): Field[] => [
      [":method", "CONNECT"],
      ...(protocol === undefined
        ? []
        : ([
            [":protocol", protocol],
            [":scheme", "https"],
            [":path", to],
          ] as const)),
      [":authority", protocol === undefined ? to : url.host],
      mark.header,
    ];
    return [
      ...["websocket", "connect-udp", "connect-tcp", "x"].flatMap((protocol) =>
        ["/probe", "/dex/../probe"].map((to) => ({
          what: `${protocol} at ${to}`,
          fields: connect(to, protocol),
          body: undefined,
        })),
      ),
      ...[`${echo.host}:${echo.ports.http}`, "127.0.0.1:15000", url.host].map((to) => ({
        what: `a tunnel to ${to}`,
        fields: connect(to),
        body: "GET / HTTP/1.1\r\n\r\n",
      })),
      ...grpc.map((type) => ({
        what: `a call of ${type}`,
        fields: requestFields(
          url,
          "/probe.Service/Call",
          [["content-type", type], ["te", "trailers"], mark.header],
          "POST",
        ),
        body: "\0\0\0\0\0",
      })),
    ].map((each) => ({ ...each, url, mark }));
  });
  await inParallel(pick(tries), async ({ what, url, fields, body, mark }) => {
    const answer = await askHttp2(target, url, fields, {
      ...(body === undefined ? {} : { body }),
      signal,
      patience: 3_000,
    });
    const came = { answers: answer.kind === "answer" ? [answer] : [] };
    const wrong = leakIn(target, came, [mark], { unrouted: true });
    probe.expect(
      wrong === undefined,
      `${url.hostname}: HTTP/2: ${what}: ${answer.kind === "answer" ? answer.status : answer.kind}`,
      `${url.hostname}: HTTP/2: ${what}: nothing but a refusal was wanted; came ${wrong}`,
    );
  });
}
