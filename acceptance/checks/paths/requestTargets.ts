import { dex, echo } from "../../../components/topology";
import { type Check } from "../../check";
import { newMark } from "../../http/leaks";
import { requestText } from "../../http/wire";
import { doors, everyOne, expectClosed, type Pick, type Try, visible } from "./tries";

/** A request line may name its target in four forms (RFC 9112, section 3.2), and nearly everybody uses one. */
export function requestTargets(pick: Pick = everyOne): Check {
  return {
    area: "paths",
    name: "request-targets",
    proves:
      "A request target in absolute, authority or asterisk form, one without a slash, and one with bytes that no address has, lead to nothing without identity, whatever host the request names besides.",
    mend: "Envoy takes the host of an absolute target in place of the Host header, and refuses what it cannot read. Find out what stands in front of the gateway and takes such targets on.",
    exercises: ["gateway"],
    needs: [],
    timeout: 120,
    async run(context) {
      const { target } = context;
      const { gate } = target;
      const app = target.echo ?? gate;
      const one = (line: string, url: URL, host = url.host, allowed: Try["allowed"] = {}): Try => {
        const mark = newMark();
        return {
          what: `${visible(line)} of ${host}`,
          url,
          bytes: requestText(line, [["Host", host], mark.header, ["Connection", "close"]]),
          marks: [mark],
          allowed,
        };
      };
      const spread = (paths: readonly string[], allowed: Try["allowed"] = {}): Try[] =>
        doors(target).flatMap((url) => paths.map((path) => one(`GET ${path} HTTP/1.1`, url, url.host, allowed)));
      await expectClosed(
        context,
        pick([
          ...spread(odd),
          // The authority of the target counts, and not the header (RFC 9112, section 3.2.2).
          ...["http", "https", "HTTPS", "ws", "wss"].flatMap((scheme) => [
            one(`GET ${scheme}://${app.host}/probe HTTP/1.1`, gate),
            one(`GET ${scheme}://${app.host}/dex/probe HTTP/1.1`, gate, gate.host, { signIn: app.host === gate.host }),
            one(`GET ${scheme}://${app.host}/oauth2/../probe HTTP/1.1`, gate),
            one(`GET ${scheme}://${gate.host}/probe HTTP/1.1`, app),
            one(`GET ${scheme}://${gate.host}/dex/../probe HTTP/1.1`, app),
            one(`GET ${scheme}://${gate.host}/dex/%2e%2e/probe HTTP/1.1`, gate),
            one(`GET ${scheme}://${app.host}/ HTTP/1.1`, gate, "unknown.example"),
            one(`GET ${scheme}://${app.host} HTTP/1.1`, gate),
            one(`GET ${scheme}://${app.host}?/dex/ HTTP/1.1`, gate, gate.host, { unrouted: true }),
            one(`GET ${scheme}://user@${app.host}/ HTTP/1.1`, gate, gate.host, { unrouted: true }),
            one(`GET ${scheme}://${gate.host}:80@${app.host}/dex/ HTTP/1.1`, gate, gate.host, { unrouted: true }),
          ]),
          ...strangers.flatMap((host) =>
            ["/probe", "/dex/keys"].map((path) =>
              one(`GET http://${host}${path} HTTP/1.1`, gate, gate.host, { unrouted: true }),
            ),
          ),
          ...["OPTIONS", "GET", "CONNECT", "TRACE"].flatMap((method) =>
            doors(target).flatMap((url) =>
              ["*", url.host, `${url.hostname}:443`, "/probe", ""].map((to) =>
                one(`${method} ${to} HTTP/1.1`, url, url.host, { unrouted: method === "CONNECT" || to !== "/probe" }),
              ),
            ),
          ),
        ]),
      );
    },
  };
}

const strangers = ["unknown.example", "127.0.0.1:15000", "localhost:15000", "169.254.169.254", `${dex.host}:${dex.ports.http}`, `${echo.host}:${echo.ports.http}`, "[::1]:15000", "kubernetes.default.svc", ""]; // prettier-ignore

const odd = [
  "probe", "dex/../probe", "dex/probe", "../probe", "./probe", "?probe", "#probe", "?/dex/", ";/dex/", "\\probe", "\\dex\\..\\probe", "//probe",
  "/probe /dex/", "/dex/ /probe", "/dex/\t/../probe", "/probe\0/dex/", "/probe\x01", "/probe\x7f", "/probe\xff", "/\xc3\xa4", "/probe\r/dex/",
  "/probe\n/dex/", "/probe%", "/probe%2", "/probe%zz", "/%", "/[probe]", "/{probe}", "/probe|x", "/probe^x", "/probe`x", "/probe<x>", '/"probe"',
  "/probe HTTP/1.1\r\nX-Injected: 1\r\n", "/dex/../probe HTTP/1.1", "http:/probe", "http:probe", "http://", "http:///probe", "://probe", "//",
  `/${"probe/".repeat(2000)}`, `/${"../".repeat(500)}probe`, `/dex/${"x/".repeat(200)}${"../".repeat(201)}probe`, `/${"%2e%2e/".repeat(200)}probe`,
]; // prettier-ignore
