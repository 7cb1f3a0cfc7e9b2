import { type Check, type CheckContext, type Target } from "../../check";
import { inParallel } from "../../http/inParallel";
import { turnsAway } from "../../http/turnsAway";
import { leakIn, newMark, summary, whileItRefuses } from "../../http/leaks";
import { ask, type HeaderList } from "../../http/request";
import { exchange } from "../../http/wire";
import { desyncs } from "./desync";
import { doors, everyOne, type Pick } from "./tries";

/** Where the request that is seen goes to: to an application, to Dex, or to oauth2-proxy, which also decides about others. */
interface Place {
  name: string;
  url: URL;
  path: string;
  signIn: boolean;
}

const page: HeaderList = [["Accept", "text/html"]];
const data: HeaderList = [["Accept", "application/json"]];

/** The gate and its backends must agree where a request ends, or somebody's body is somebody else's request. */
export function smuggling(pick: Pick = everyOne): Check {
  return {
    area: "paths",
    name: "smuggling",
    proves:
      "No request whose end can be read in two ways, whether the gate refuses it or hands it to Dex or oauth2-proxy, gets another request through without identity or spoils the answers that others get.",
    mend: "Envoy refuses a request with both lengths, and ends the connection. Look for `allow_chunked_length`, `accept_http_10` or lenient parsing in EnvoyFilters, and at what stands in front of the gateway.",
    exercises: ["gateway", "oauth2-proxy", "Dex"],
    needs: [],
    timeout: 300,
    async run(context) {
      const { target } = context;
      const { gate } = target;
      const places: Place[] = [
        { name: "an application", url: target.echo ?? gate, path: "/probe", signIn: false },
        { name: "Dex", url: gate, path: "/dex/probe", signIn: true },
        { name: "oauth2-proxy", url: gate, path: "/oauth2/probe", signIn: true },
      ];
      await whileItRefuses(context, doors(target), async () => {
        for (const place of places) {
          context.probe.busy(`requests for ${place.name}`);
          await expectNoSmuggling(context, place, pick);
        }
      });
    },
  };
}

async function expectNoSmuggling(context: CheckContext, { name, url, path, signIn }: Place, pick: Pick): Promise<void> {
  const { target, probe, signal } = context;
  const app = target.echo ?? target.gate;
  const [outer, inner] = [newMark(), newMark()];
  const hidden = `GET /hidden HTTP/1.1\r\nHost: ${app.host}\r\n${inner.header.join(": ")}\r\n\r\n`;
  const headers = `${outer.header.join(": ")}\r\nAccept: text/html\r\n`;
  const tries = pick(desyncs({ path, host: url.host, headers }, hidden));
  await inParallel(
    tries,
    async ({ what, parts }) => {
      const came = await exchange(target, url, parts, { patience: 1_500, settle: 250, signal });
      const wrong = leakIn(target, came, [outer, inner], { signIn });
      const spoilt = wrong === undefined ? await spoiltAnswer(target, signal) : undefined;
      probe.expect(
        wrong === undefined && spoilt === undefined,
        `for ${name}: ${what}: ${summary(came)}`,
        wrong === undefined
          ? `for ${name}: ${what}: other people's requests should be answered as before; ${spoilt}`
          : `for ${name}: ${what}: without identity nothing but a refusal was wanted; came ${wrong}`,
      );
    },
    8,
  );
}

/** What others get, over connections of their own: one answer of each backend that was reached. */
export async function spoiltAnswer(target: Target, signal: AbortSignal): Promise<string | undefined> {
  const { gate, echo } = target;
  const dex = await ask(target, gate, "/dex/.well-known/openid-configuration", { headers: data, signal });
  if (dex.status !== 200 || !dex.body.includes(`"${new URL("/dex", gate).href}"`)) {
    return `Dex's discovery document came as status ${dex.status} with another content`;
  }
  const decision = await ask(target, gate, "/oauth2/auth", { headers: data, signal });
  if (!turnsAway(target, decision.status, [401])) {
    return `oauth2-proxy's decision about nobody came as status ${decision.status}`;
  }
  const mark = newMark();
  const refused = await ask(target, echo ?? gate, "/probe", { headers: [...page, mark.header], signal });
  return leakIn(target, { answers: [refused] }, [mark]) === undefined && turnsAway(target, refused.status, [403])
    ? undefined
    : `the page for somebody without identity came as status ${refused.status}`;
}
