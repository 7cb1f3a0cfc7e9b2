import { type Check, type CheckContext } from "../../check";
import { inParallel } from "../../http/inParallel";
import { cookiesOf, Jar } from "../../http/jar";
import { header, type HeaderList } from "../../http/request";
import { isDeletion, isSession, signedInMark } from "../../signIn/cookies";
import { askWith } from "../../signIn/hop";
import { isSignInPage } from "../../signIn/page";
import { deadSession } from "./deadSession";

interface Call {
  what: string;
  method?: string;
  path: string;
  headers?: HeaderList;
  body?: string;
  /** The docs promise 401; other calls may get the sign-in page, but never a redirect. */
  promised: boolean;
}

const any: HeaderList = [["Accept", "*/*"]];

const calls: readonly Call[] = [
  { what: "Accept: application/json", path: "/", headers: [["Accept", "application/json"]], promised: true },
  { what: "axios", path: "/some/page", headers: [["Accept", "application/json, text/plain, */*"]], promised: true },
  { what: "/api/", path: "/api/workgroup/exists", headers: any, promised: true },
  { what: "/apis/", path: "/apis/v1beta1/healthz", headers: any, promised: true },
  { what: "an API below a name", path: "/pipeline/apis/v2beta1/runs?page_size=10", headers: any, promised: true },
  { what: "an API below another name", path: "/jupyter/api/namespaces/team-a/notebooks", headers: any, promised: true },
  {
    what: "metadata by gRPC-Web",
    method: "POST",
    path: "/ml_metadata.MetadataStoreService/GetArtifacts",
    headers: [
      ["Accept", "application/grpc-web-text"],
      ["Content-Type", "application/grpc-web-text"],
      ["Content-Length", "8"],
    ],
    body: "AAAAAAA=",
    promised: true,
  },
  {
    what: "a POST of JSON",
    method: "POST",
    path: "/api/runs",
    headers: [
      ["Accept", "application/json"],
      ["Content-Type", "application/json"],
      ["Content-Length", "2"],
    ],
    body: "{}",
    promised: true,
  },
  { what: "DELETE", method: "DELETE", path: "/api/runs/1", headers: any, promised: true },
  { what: "fetch without headers", path: "/data", headers: [...any, ["Sec-Fetch-Mode", "cors"]], promised: false },
  {
    what: "X-Requested-With",
    path: "/data",
    headers: [...any, ["X-Requested-With", "XMLHttpRequest"]],
    promised: false,
  },
  { what: "an event stream", path: "/events", headers: [["Accept", "text/event-stream"]], promised: false },
  { what: "an image", path: "/logo.png", headers: [["Accept", "image/avif,image/webp,*/*;q=0.8"]], promised: false },
  { what: "nothing said", path: "/data", headers: [], promised: false },
];

/** A page that is still open when its session ends cannot start a sign-in for each of its calls. */
export const backgroundCalls: Check = {
  area: "login",
  name: "background-calls",
  proves:
    "Background calls without a session get 401 and no page, as the docs list them; no call of any kind is redirected or given a cookie, with no session or with a dead one.",
  mend: "api_routes in components/oauth2Proxy.ts lists the paths; `accept` must be in includeRequestHeadersInCheck of the mesh configuration's extension provider, or oauth2-proxy cannot tell a call from a page.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["sessions"],
  async run(context) {
    const { gate, echo } = context.target;
    for (const host of echo === undefined ? [gate] : [gate, echo]) {
      await inParallel(calls, async (call) => {
        await look(context, host, call, "without a session", new Jar());
        await look(context, host, call, "with a dead session", deadSession(context.target));
      });
    }
  },
};

async function look(
  { target, probe, signal }: CheckContext,
  host: URL,
  { what, method = "GET", path, headers = [], body, promised }: Call,
  state: string,
  jar: Jar,
): Promise<void> {
  const answer = await askWith(target, jar, host, path, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    signal,
  });
  const call = `${method} ${host.origin}${path} (${what}) ${state}`;
  const wanted = promised ? [401] : [401, 403];
  const location = header(answer, "location");
  probe.expect(
    wanted.includes(answer.status) && location === undefined,
    `${call} is ${answer.status}`,
    `${call} should be ${wanted.join(" or ")} without a redirect; it was ${answer.status}${location === undefined ? "" : " with a Location"}`,
  );
  if (promised) {
    probe.expect(!isSignInPage(answer), `${call} gets no page`, `${call} should get no page; it got the sign-in page`);
  }
  const set = cookiesOf(answer).filter((cookie) => !isDeletion(cookie));
  probe.expect(
    set.length === 0 && jar.cookies.every((cookie) => isSession(cookie) || cookie.name === signedInMark),
    `${call} sets no cookie`,
    `${call} should set no cookie; it set ${set.map(({ name }) => name).join(", ")}`,
  );
}
