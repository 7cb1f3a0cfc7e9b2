import { type Check, type CheckContext, type Target } from "../../check";
import { type Answer, ask, header, type HeaderList } from "../../http/request";
import { isOwn } from "./destinations";
import { everyForeign, fitsHeader, type Foreign, queryText, readable } from "./foreign";
import { type Attempted, expectNoStray } from "./tried";

type Shapes = (target: Target) => Foreign[];

const page: HeaderList = [["Accept", "text/html"]];

const mend =
  "`whitelist_domains` of oauth2-proxy may hold exact names alone: no `*`, no port, no bare parent with a dot (components/oauth2Proxy.ts). Is its version one of stacks/versions.lock.json?";

/** Where the sign-in that an answer begins is going to end, as far as its state tells; oauth2-proxy writes `nonce:address`. */
export function returnIn(answer: Answer, gate: URL): string | undefined {
  const location = header(answer, "location");
  if (location === undefined || !URL.canParse(location, gate.href)) {
    return undefined;
  }
  const state = new URL(location, gate).searchParams.get("state") ?? "";
  const text = state.includes(":") ? state : Buffer.from(state, "base64url").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? undefined : text.slice(colon + 1);
}

/** The beginning of a sign-in remembers where it is to end; whoever made the link chose that. */
export function startReturn(shapes: Shapes = everyForeign): Check {
  return {
    area: "redirects",
    name: "return-after-sign-in",
    proves:
      "The beginning of a sign-in leads to the gate's own Dex and nowhere else, and remembers no address of another host, whatever `rd`, headers and other parameters say.",
    mend,
    exercises: ["gateway", "oauth2-proxy"],
    needs: ["sessions"],
    timeout: 120,
    async run(context) {
      const { target, probe, signal } = context;
      const { gate } = target;
      const wanted = new URL("/probe?a=b", target.echo ?? gate).href;
      const good = await ask(target, gate, start(`rd=${encodeURIComponent(wanted)}`), { headers: page, signal });
      const { callback, client } = expectToDex(context, good);
      const kept = returnIn(good, gate);
      probe.expect(
        kept === undefined || kept === wanted,
        kept === undefined
          ? "the state cannot be read; what comes after a sign-in is a check of its own"
          : "an own address is remembered",
        `an own address, ${wanted}, should be remembered for the end of the sign-in; the state holds another one`,
      );
      const look = (answer: Answer): string | undefined => {
        const location = header(answer, "location");
        const to = location !== undefined && URL.canParse(location, gate.href) ? new URL(location, gate) : undefined;
        const remembered = returnIn(answer, gate);
        if (remembered !== undefined && !isOwn(target, remembered, gate)) {
          return "a state that remembers another host";
        }
        const same = to?.searchParams.get("redirect_uri") === callback && to?.searchParams.get("client_id") === client;
        return to === undefined || same ? undefined : "another redirect_uri or client_id than oauth2-proxy's own";
      };
      await expectNoStray(context, [
        ...shapes(target).flatMap((shape) => {
          const named = readable(shape);
          const byHeader = ["X-Auth-Request-Redirect", "X-Forwarded-Uri"].map((name) => ({
            what: `start with ${name}: ${named}`,
            url: gate,
            path: start(""),
            options: { headers: [...page, [name, shape.value]] as HeaderList },
            look,
          }));
          return [
            {
              what: `start with rd=${named}`,
              url: gate,
              path: start(`rd=${queryText(shape)}`),
              options: { headers: page },
              look,
            },
            ...(fitsHeader(shape) ? byHeader : []),
          ];
        }),
        ...oddParameters(gate, start("")).map((each) => ({ ...each, look })),
      ]);
    },
  };
}

function start(query: string): string {
  return query === "" ? "/oauth2/start" : `/oauth2/start?${query}`;
}

function expectToDex({ target: { gate }, probe }: CheckContext, answer: Answer) {
  const location = header(answer, "location");
  const to = location !== undefined && URL.canParse(location, gate.href) ? new URL(location, gate) : undefined;
  const callback = to?.searchParams.get("redirect_uri") ?? "";
  const client = to?.searchParams.get("client_id") ?? "";
  probe.expect(
    to?.host === gate.host && to.pathname.startsWith("/dex/") && callback === new URL("/oauth2/callback", gate).href,
    "a sign-in begins at the gate's own Dex and comes back to the gate",
    `a sign-in should begin at ${gate.origin}/dex/ and come back to ${gate.origin}/oauth2/callback; came status ${answer.status} and ${to === undefined ? "no redirect" : `a redirect to ${to.origin}${to.pathname}`}`,
  );
  return { callback, client };
}

/** Names in another number, order, case or place, and parameters for Dex that a link must not choose. */
function oddParameters(gate: URL, path: string): Attempted[] {
  const evil = encodeURIComponent("https://evil.example/");
  const queries = [
    `rd=%2F&rd=${evil}`,
    `rd=${evil}&rd=%2F`,
    `rd[]=${evil}`,
    `RD=${evil}`,
    `rd;=${evil}`,
    `a=b;rd=${evil}`,
    `%72%64=${evil}`,
    `redirect=${evil}`,
    `redirect_uri=${evil}`,
    `return_to=${evil}`,
    `client_id=other&redirect_uri=${evil}`,
    `state=${evil}`,
    `login_url=${evil}`,
    `approval_prompt=${evil}&prompt=${evil}&acr_values=${evil}`,
    `scope=${evil}&response_type=token&response_mode=query`,
  ];
  const headers: HeaderList[] = [
    [["X-Forwarded-Host", "evil.example"]],
    [
      ["X-Forwarded-Host", "evil.example"],
      ["X-Forwarded-Proto", "http"],
      ["X-Forwarded-Uri", "/probe"],
    ],
    [["Forwarded", "host=evil.example;proto=https"]],
    [["X-Original-Host", "evil.example"]],
    [["Referer", "https://evil.example/"]],
    [["Origin", "https://evil.example"]],
    [["X-Rewrite-URL", "https://evil.example/"]],
  ];
  return [
    ...queries.map((query) => ({
      what: `start with ?${query}`,
      url: gate,
      path: `${path}?${query}`,
      options: { headers: page },
    })),
    ...headers.map((list) => ({
      what: `start with ${list.map((pair) => pair.join(": ")).join(" and ")}`,
      url: gate,
      path,
      options: { headers: [...page, ...list] },
    })),
    ...["rd", "redirect_uri"].map((name) => {
      const body = `${name}=${evil}`;
      return {
        what: `start with ${name} in a form`,
        url: gate,
        path,
        options: { method: "POST", body, headers: [...page, ...formHeaders(body)] },
      };
    }),
  ];
}

export function formHeaders(body: string): HeaderList {
  return [
    ["Content-Type", "application/x-www-form-urlencoded"],
    ["Content-Length", String(Buffer.byteLength(body))],
  ];
}
