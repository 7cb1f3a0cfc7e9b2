import { Agent } from "node:https";
import { dex } from "../../../components/topology";
import { type Check, type CheckContext, type Target } from "../../check";
import { tagsIn } from "../../html/tags";
import { ask, header, type HeaderList } from "../../http/request";
import { inParallel } from "../../http/inParallel";
import { type Hop, redirectOf } from "../../signIn/hop";
import { strayIn } from "./destinations";
import { everyForeign, type Foreign, queryText, readable, someForeign } from "./foreign";
import { echoElsewhere } from "../../tokens/parts";

const page: HeaderList = [["Accept", "text/html"]];

/** Dex sends codes to the addresses that its clients have registered, letter for letter (RFC 9700, section 2.1). */
export function dexRedirectUri(shapes: (target: Target) => Foreign[] = everyForeign): Check {
  return {
    area: "redirects",
    name: "unregistered-redirect-uri",
    proves:
      "Dex refuses every redirect_uri that its client has not registered, without a redirect, also when something else is wrong with the request.",
    mend: "`redirectURIs` of Dex's client `oauth2-proxy` must hold the callback alone, and the client must not be public (components/dex.ts).",
    exercises: ["gateway", "Dex"],
    needs: [],
    timeout: 180,
    async run(context) {
      const connections = new Agent({ keepAlive: true, maxSockets: 6 });
      try {
        await expectRefusals(context, connections, shapes);
      } finally {
        connections.destroy();
      }
    },
  };
}

async function expectRefusals(context: CheckContext, connections: Agent, shapes: (target: Target) => Foreign[]) {
  const { target, probe } = context;
  const { gate } = target;
  const good = target.absent?.has("oauth2-proxy") === true ? asOAuth2Proxy(gate) : await begun(context);
  const callback = good?.searchParams.get("redirect_uri");
  if (good?.host !== gate.host || callback === undefined || callback === null) {
    probe.wrong("the beginning of a sign-in should lead to Dex with a redirect_uri");
    return;
  }
  // The same walk with the registered address must come to where people sign in, or refusals prove nothing.
  const right = await walk(context, connections, good.pathname + good.search);
  const { answer } = right.last;
  const provider = redirectOf(right.last);
  probe.expect(
    answer.status === 200 || (provider !== undefined && provider.host !== gate.host),
    "the registered address leads to where people sign in",
    `the registered redirect_uri should lead to where people sign in; it ended with status ${answer.status}`,
  );
  const without = new URLSearchParams(good.search);
  without.delete("redirect_uri");
  const uri = (shape: Foreign) => `redirect_uri=${queryText(shape)}`;
  const tries = [
    ...[...near(callback, target), ...shapes(target)].map((shape) => ({
      what: `redirect_uri=${readable(shape)}`,
      query: `${without.toString()}&${uri(shape)}`,
    })),
    ...someForeign(target).flatMap((shape) =>
      wrongOtherwise.map(([name, value]) => {
        const other = new URLSearchParams(without);
        other.set(name, value);
        return {
          what: `redirect_uri=${readable(shape)} and ${name}=${value}`,
          query: `${other.toString()}&${uri(shape)}`,
        };
      }),
    ),
    ...["", "https://evil.example/"].map((value) => ({
      what: `redirect_uri=${value} and then the registered one`,
      query: `redirect_uri=${encodeURIComponent(value)}&${good.searchParams.toString()}`,
    })),
  ];
  await inParallel(tries, async ({ what, query }) => {
    const { hops, last } = await walk(context, connections, `${good.pathname}?${query}`);
    const stray = hops.map((hop) => strayIn(target, hop.url, hop.answer)).find((each) => each !== undefined);
    probe.expect(
      stray === undefined && last.answer.status >= 400 && last.answer.status < 500,
      `${what}: ${last.answer.status}`,
      `${what}: a refusal without a redirect was wanted; came ${stray ?? `status ${last.answer.status}`}`,
    );
  });
}

/** The request for Dex with which oauth2-proxy begins a sign-in. */
async function begun({ target, signal }: CheckContext): Promise<URL | undefined> {
  const answer = await ask(target, target.gate, "/oauth2/start?rd=%2F", { headers: page, signal });
  const location = header(answer, "location");
  return location !== undefined && URL.canParse(location, target.gate.href)
    ? new URL(location, target.gate)
    : undefined;
}

/** The same request where oauth2-proxy isn't there to make it; its client is registered at Dex all the same. */
function asOAuth2Proxy(gate: URL): URL {
  const to = new URL("/dex/auth", gate);
  to.search = new URLSearchParams({
    client_id: dex.clientId,
    redirect_uri: new URL("/oauth2/callback", gate).href,
    response_type: "code",
    scope: "openid email profile groups",
    state: "unregistered-redirect-uri",
  }).toString();
  return to;
}

/** An error that Dex would report to the client, at the client's address. */
const wrongOtherwise = [
  ["response_type", "none"],
  ["scope", "none"],
] as const;

/** Addresses that differ from the registered one a little, or are another own one. */
export function near(callback: string, target: Target): Foreign[] {
  const { gate } = target;
  const echo = echoElsewhere(target);
  const { host, hostname } = gate;
  return [
    `${callback}/`,
    `${callback}/..`,
    `${callback}/../../evil`,
    `${callback}?a=b`,
    `${callback}#a`,
    `${callback}%23`,
    `${callback} `,
    ` ${callback}`,
    `${callback}\n`,
    `${callback},https://evil.example/`,
    `${callback}@evil.example/`,
    callback.replace("https://", "http://"),
    // An address has no letters, so that this is the registered one there.
    callback.replace(host, host.toUpperCase()),
    callback.replace(host, `${hostname}.`),
    callback.replace(host, `${hostname}:8443`),
    callback.replace(host, `user@${host}`),
    callback.replace("/oauth2/", "//oauth2/"),
    // Dex decodes twice, so that this one differs for it and for nobody else.
    callback.replace("/oauth2/", "/%256fauth2/"),
    new URL("/", gate).href,
    ...(echo === undefined ? [] : [new URL("/oauth2/callback", echo).href]),
    "/oauth2/callback",
    "urn:ietf:wg:oauth:2.0:oob",
    "http://localhost/",
    "http://localhost:8000/",
    "http://127.0.0.1:8000/",
    "",
  ].flatMap((value) => (value === callback ? [] : { value }));
}

const mostHops = 5;

/** Within the gate, over Dex's choice of ways to sign in, to the first page that is not a step on. */
async function walk({ target, signal }: CheckContext, connections: Agent, start: string) {
  const { gate } = target;
  const hops: Hop[] = [];
  for (let path = start; ;) {
    const answer = await ask(target, gate, path, { headers: page, connections, signal });
    const last: Hop = { url: new URL(path.replace(/[?#].*/s, ""), gate), answer };
    hops.push(last);
    const links =
      answer.status === 200 ? tagsIn(answer.body).flatMap(({ attributes }) => attributes.get("href") ?? []) : [];
    const choice = links.find((href) => /\/dex\/auth\/./.test(href) && URL.canParse(href, gate.href));
    const to = redirectOf(last) ?? (choice === undefined ? undefined : new URL(choice, gate));
    if (to === undefined || to.host !== gate.host || hops.length > mostHops) {
      return { hops, last };
    }
    path = `${to.pathname}${to.search}`;
  }
}
