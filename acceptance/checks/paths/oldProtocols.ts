import { type Check } from "../../check";
import { newMark } from "../../http/leaks";
import { doors, everyOne, expectClosed, type Pick, type Try, visible } from "./tries";

/** Request lines of protocols that are over, and of none. HOST stands for the host. */
const lines = [
  "GET /probe HTTP/1.0", "GET /dex/../probe HTTP/1.0", "GET /dex/probe HTTP/1.0", "GET http://HOST/probe HTTP/1.0", "GET /probe HTTP/0.9",
  "GET /probe HTTP/1.2", "GET /probe HTTP/1.9", "GET /probe HTTP/2.0", "GET /probe HTTP/2", "GET /probe HTTP/3", "GET /probe HTTP/0.0",
  "GET /probe http/1.1", "GET /probe Http/1.1", "GET /probe HTTPS/1.1", "GET /probe HTTP/1.1.1", "GET /probe HTTP/01.1", "GET /probe HTTP/1.01",
  "GET /probe HTTP/ 1.1", "GET /probe HTTP /1.1", "GET /probe HTTP/1,1", "GET /probe HTTP/1.", "GET /probe HTTP/.1", "GET /probe HTTP",
  "GET /probe ICY", "GET /probe RTSP/1.0", "GET /probe SIP/2.0", "GET /probe HTTP/1.1 ", "GET /probe  HTTP/1.1", "GET  /probe HTTP/1.1",
  "GET\t/probe\tHTTP/1.1", "GET /probe\tHTTP/1.1", " GET /probe HTTP/1.1", "GET /probe HTTP/1.1 HTTP/1.1", "GET /probe HTTP/1.1\x0b",
  "GET /probe HTTP/1.1\0", "\0GET /probe HTTP/1.1", "\xef\xbb\xbfGET /probe HTTP/1.1", "\r\nGET /probe HTTP/1.1", "\r\n\r\n\r\nGET /probe HTTP/1.1",
  "\nGET /probe HTTP/1.1", "GET /probe HTTP/1.1;x", "PRI * HTTP/2.0",
]; // prettier-ignore

/** Requests that are over with their first line, or have no lines as we know them. */
const bare = [
  "GET /probe\r\n",
  "GET /probe\n",
  "GET /\r\n\r\n",
  "GET /dex/../probe\r\n",
  "/probe\r\n\r\n",
  "\r\n\r\n",
  "\0\0\0\0",
  "GET /probe HTTP/1.1\n\n",
];

/** HTTP before 1.1 has no host, and before 1.0 not even a header in which a refusal could stand. */
export function oldProtocols(pick: Pick = everyOne): Check {
  return {
    area: "paths",
    name: "old-protocols",
    proves:
      "HTTP/0.9, HTTP/1.0, protocols of other names and request lines that are none lead to nothing without identity.",
    mend: "Envoy refuses HTTP/1.0 (426) unless `accept_http_10` is set; look for it in EnvoyFilters (ISTIO's `PILOT_HTTP10`).",
    exercises: ["gateway"],
    needs: [],
    timeout: 120,
    async run(context) {
      const { target } = context;
      const headers: ((host: string) => string)[] = [
        (host) => `Host: ${host}\r\nConnection: close\r\n`,
        (host) => `Host: ${host}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n`,
        () => "",
      ];
      await expectClosed(
        context,
        pick(
          doors(target).flatMap((url) => [
            ...lines.flatMap((line) =>
              headers.map((header, index): Try => {
                const mark = newMark();
                return {
                  what: `${visible(line)} ${["", "with keep-alive", "without a host"][index]}`.trim(),
                  url,
                  bytes: `${line.replace("HOST", url.host)}\r\n${header(url.host)}${mark.header.join(": ")}\r\n\r\n`,
                  marks: [mark],
                  allowed: { unrouted: true, signIn: url === target.gate && line.includes("/dex/probe") },
                  wire: { patience: 2_000 },
                };
              }),
            ),
            ...bare.map((bytes): Try => ({
              what: visible(bytes),
              url,
              bytes,
              marks: [],
              allowed: { unrouted: true },
              wire: { patience: 2_000 },
            })),
          ]),
        ),
        8,
      );
    },
  };
}
