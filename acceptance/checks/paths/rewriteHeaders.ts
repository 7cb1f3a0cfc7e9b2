import { type Check } from "../../check";
import { type HeaderList } from "../../http/request";
import { doors, everyOne, expectClosed, get, type Pick, type Try } from "./tries";

/** Headers in which proxies tell each other what was asked for. */
const pathHeaders = [
  "X-Original-URL", "X-Original-URI", "X-Rewrite-URL", "X-Rewrite-URI", "X-Forwarded-Uri", "X-Forwarded-Path", "X-Forwarded-Prefix",
  "X-Forwarded-Url", "X-Request-Uri", "X-Override-URL", "X-Envoy-Original-Path", "X-Envoy-Decorator-Operation", "X-Auth-Request-Redirect",
  "X-Accel-Redirect", "X-Sendfile", "X-WAP-Profile", "X-Proxy-URL", "Destination", "Referer", "Request-Uri", "Base-Url", "Uri", "Url",
]; // prettier-ignore
const publicPaths = ["/dex/keys", "/oauth2/static/css/bulma.min.css", "/oauth2/start", "/ping", "/robots.txt"];

/** Headers that say who asks, how and from where. */
const others = (gate: string): HeaderList[] => {
  const local = ["127.0.0.1", "::1", "localhost", "10.0.0.1", "127.0.0.6", "0"];
  const from = ["X-Forwarded-For", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Cluster-Client-IP", "X-Envoy-External-Address", "X-Originating-IP", "X-Remote-Addr", "Client-IP"];
  return [
    ...from.flatMap((name) => local.slice(0, name === "X-Forwarded-For" ? 6 : 2).map((value): HeaderList => [[name, value]])),
    [["X-Forwarded-For", "127.0.0.1, 127.0.0.1, 127.0.0.1"]],
    [["Forwarded", "for=127.0.0.1;host=localhost;proto=https"]],
    [["X-Forwarded-Host", gate], ["X-Forwarded-Uri", "/dex/keys"]],
    [["X-Forwarded-Host", "localhost"]],
    [["X-Forwarded-Proto", "http"]],
    [["X-Forwarded-Proto", "http"], ["X-Forwarded-Port", "80"]],
    [["X-Forwarded-Port", "8080"]],
    [["X-Forwarded-Port", "8444"]],
    [["X-Envoy-Internal", "true"]],
    [["X-Envoy-Force-Trace", "true"]],
    [["X-Envoy-Expected-Rq-Timeout-Ms", "0"]],
    [["X-Envoy-Peer-Metadata", "e30="], ["X-Envoy-Peer-Metadata-Id", "router~127.0.0.1~gateway.ingress~ingress.svc.cluster.local"]],
    [["X-Envoy-Auth-Partial-Body", "false"]],
    [["X-Envoy-Original-Method", "OPTIONS"]],
    [["X-Envoy-Original-Dst-Host", "127.0.0.1:15000"]],
    [["X-Envoy-Retry-On", "5xx,gateway-error,retriable-4xx"], ["X-Envoy-Max-Retries", "3"]],
    [["X-Forwarded-Client-Cert", "By=spiffe://cluster.local/ns/echo/sa/echo;URI=spiffe://cluster.local/ns/ingress/sa/gatehouse-gateway"]],
    [["X-Istio-Attributes", "CiQKCnNvdXJjZS51aWQ="]],
    [["X-Skip-Auth", "true"]],
    [["X-Authenticated-User", "user@example.com"]],
    [["X-WebAuth-User", "user@example.com"]],
    [["Remote-User", "user@example.com"]],
    // A request with this header is for the token rules alone, whatever stands in it.
    ...["", " ", "Bearer", "Bearer ", "bearer x", "Bearer null", "Bearer undefined", "Basic Og==", "Basic dXNlcjpwYXNz", "Negotiate YII=", "Digest username=x", "x"].map(
      (value): HeaderList => [["Authorization", value]],
    ),
    [["Authorization", "Bearer a"], ["Authorization", "Bearer b"]],
    [["Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."]],
    [["authorization", ""], ["Cookie", "__Secure-gatehouse=x"]],
    [["Proxy-Authorization", "Bearer x"]],
    [["X-Authorization", "Bearer x"]],
    [["Cookie", "__Secure-gatehouse="]],
    [["Cookie", "__Secure-gatehouse=x|1|x; __Secure-gatehouse_0=x; __Secure-gatehouse_1=x"]],
    [["Cookie", "__secure-gatehouse=x; _oauth2_proxy=x; authservice_session=x"]],
    [["Content-Type", "application/json"], ["Accept", "application/json"]],
    [["Accept", "*/*"]],
    [["Accept", "application/grpc"]],
    [["X-Requested-With", "XMLHttpRequest"]],
    [["Sec-Fetch-Site", "same-origin"], ["Sec-Fetch-Mode", "navigate"]],
    [["Range", "bytes=0-"]],
    [["If-None-Match", "*"], ["If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"]],
    [["Expect", "100-continue"]],
    [["Max-Forwards", "0"]],
    [["Via", "1.1 gatehouse-gateway"]],
    [["X-Padding", "x".repeat(60_000)]],
  ];
}; // prettier-ignore

/** A gate believes the request itself and what it has verified, and no header about either (CVE-2026-40575, CVE-2026-76835). */
export function rewriteHeaders(pick: Pick = everyOne): Check {
  return {
    area: "paths",
    name: "headers-that-rewrite",
    proves:
      "No header about another path, host, scheme, method, address or person, and no authorization or cookie that is none, opens anything without identity.",
    mend: "oauth2-proxy must trust no forwarded header (`reverse_proxy = false`, docs/decisions/0008), and a request with an Authorization header must still be denied without a verified principal (`require-principal` in components/accessRules.ts).",
    exercises: ["gateway", "oauth2-proxy"],
    needs: [],
    timeout: 120,
    async run(context) {
      const { target } = context;
      const lists: HeaderList[] = [
        ...pathHeaders.flatMap((name) => publicPaths.map((path): HeaderList => [[name, path]])),
        ...others(target.gate.host),
      ];
      const tries = doors(target).flatMap((url) =>
        lists.map((headers): Try => ({
          what: `with ${headers.map(([name, value]) => `${name}: ${value.slice(0, 40)}`).join(" and ")}`,
          ...get(url, "/probe", headers),
        })),
      );
      await expectClosed(context, pick(tries), 8);
    },
  };
}
