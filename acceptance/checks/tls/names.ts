import { dex, echo, internalGate, istiod, oauth2Proxy } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { askHttp2, type Field, requestFields } from "../../http/http2";
import { inParallel } from "../../http/inParallel";
import { leakIn, newMark, summary, whileItRefuses } from "../../http/leaks";
import { exchange, requestText } from "../../http/wire";
import { sayHello } from "./clientHello";
import { publicNames } from "./handshake";
import { modernSuites } from "./suites";

/** Names that mean something inside, and nothing outside. */
const inside = [
  internalGate.host,
  dex.host,
  oauth2Proxy.host,
  echo.host,
  `${istiod.name}.${istiod.namespace}.svc`,
  "localhost",
];

/** A name stands twice in each request, in TLS and in HTTP, and nothing makes a client say the same. */
export function names(strange = inside): Check {
  return {
    area: "tls",
    name: "names-that-differ",
    proves:
      "A name that isn't served, and another name in the request than in TLS, lead to nothing without identity, and names of the inside lead nowhere.",
    mend: "Hosts of the Gateway resource `gatehouse` must be the public names alone, never `*`, and `internal-paths` must keep the internal listener to its two paths (components/ingress.ts).",
    exercises: ["gateway"],
    needs: [],
    timeout: 120,
    async run(context) {
      const { target } = context;
      await whileItRefuses(context, publicNames(target), async () => {
        await otherNamesInTls(context, strange);
        await otherNamesInRequests(context, strange);
      });
    },
  };
}

/** A server that doesn't know the name should end the handshake. One that goes on must still show nothing. */
async function otherNamesInTls({ target, probe, signal }: CheckContext, strange: readonly string[]): Promise<void> {
  const { gate } = target;
  const unknown = [
    "unknown.example",
    `any-other-name.${gate.hostname}`,
    `${gate.hostname}.unknown.example`,
    ...strange,
  ];
  await inParallel([undefined, ...unknown], async (serverName) => {
    const what = serverName === undefined ? "no name in TLS" : `${serverName} in TLS`;
    const reply = await sayHello(target, gate, { version: 0x0303, suites: modernSuites, serverName }, signal);
    if (reply.kind !== "hello") {
      probe.seen(`${what}: the handshake is refused`);
      return;
    }
    const hosts = [...publicNames(target).map(({ host }) => host), ...(serverName === undefined ? [] : [serverName])];
    for (const host of hosts) {
      // Dex's keys are public, but not under another name.
      for (const path of ["/", ...(serverName === host ? ["/dex/keys", "/dex/token"] : [])]) {
        const mark = newMark();
        const request = requestText(`GET ${path} HTTP/1.1`, [["Host", host], mark.header, ["Connection", "close"]]);
        const came = await exchange(target, gate, request, {
          serverName: serverName ?? "",
          anyCertificate: true,
          signal,
        });
        const wrong = leakIn(target, came, [mark], { unrouted: true });
        const asked = `${what}, ${path} of ${host} in the request`;
        probe.expect(
          wrong === undefined,
          `${asked}: ${summary(came)}`,
          `${asked}: nothing but a refusal was wanted; came ${wrong}`,
        );
      }
    }
  });
}

/** Names in requests over a connection that was made for another one. */
async function otherNamesInRequests(
  { target, probe, signal }: CheckContext,
  strange: readonly string[],
): Promise<void> {
  const { gate } = target;
  const known = publicNames(target);
  const strangers = ["unknown.example", `any-other-name.${gate.hostname}`, "127.0.0.1", "[::1]", ...strange];
  const tries = [
    ...known.flatMap((url) =>
      known.filter((other) => other !== url).map(({ host }) => ({ url, host, path: "/", allowed: {} })),
    ),
    ...strangers.flatMap((host) =>
      ["/", "/dex/keys", "/oauth2/start"].map((path) => ({ url: gate, host, path, allowed: { unrouted: true } })),
    ),
  ];
  await inParallel(tries, async ({ url, host, path, allowed }) => {
    const what = `${path} of ${host} over a connection for ${url.hostname}`;
    const mark = newMark();
    const request = requestText(`GET ${path} HTTP/1.1`, [["Host", host], mark.header, ["Connection", "close"]]);
    const came = await exchange(target, url, request, { signal });
    const wrong = leakIn(target, came, [mark], allowed);
    probe.expect(
      wrong === undefined,
      `${what}: ${summary(came)}`,
      `${what}: nothing but a refusal was wanted; came ${wrong}`,
    );
  });
  // Browsers do this by themselves over HTTP/2, where names share a certificate (RFC 9113, section 9.1.1).
  await inParallel(
    tries.filter(({ path }) => path !== "/oauth2/start"),
    async ({ url, host, path, allowed }) => {
      const what = `${path} of ${host} over an HTTP/2 connection for ${url.hostname}`;
      const mark = newMark();
      const fields = requestFields(url, path, [mark.header]).map(([name, value]): Field =>
        name === ":authority" ? [name, host] : [name, value],
      );
      const answer = await askHttp2(target, url, fields, { signal });
      const wrong = leakIn(target, { answers: answer.kind === "answer" ? [answer] : [] }, [mark], allowed);
      probe.expect(
        wrong === undefined,
        `${what}: ${answer.kind === "answer" ? answer.status : answer.kind}`,
        `${what}: nothing but a refusal was wanted; came ${wrong}`,
      );
    },
  );
}
