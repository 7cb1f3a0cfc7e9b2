import { gateway } from "../../../../components/topology";
import { type Probe } from "../../../check";
import { seenByBackend } from "../../../echo";
import { type Answer, type HeaderList } from "../../../http/request";
import { whatCame } from "../../../tokens/refusal";
import { noAnswer, type Way } from "./forwarder";
import { type Part } from "./ways";

/** One request from a pod that is let into the platform's network. */
export interface Inside {
  method?: string;
  path: string;
  headers?: HeaderList;
}

export type AskInside = (from: "inMesh" | "outsideMesh", way: Way, request: Inside) => Promise<Answer>;

export interface Stage {
  ask: AskInside;
  parts: readonly Part[];
  internal: Way;
  /** Hosts that the gateway serves to the world. */
  hosts: readonly string[];
}

/** Who pretends to be the gateway says what the gateway would say. */
const pretence: HeaderList = [
  ["kubeflow-userid", "forged@example.com"],
  ["kubeflow-groups", "forged"],
  ["x-forwarded-client-cert", `By=spiffe://cluster.local/ns/auth/sa/dex;Hash=0000;URI=spiffe://${gateway.principal}`],
];

export async function judge(stage: Stage, probe: Probe): Promise<void> {
  for (const part of stage.parts) {
    await foreignPrincipal(stage, part, probe);
    await plainText(stage, part, probe);
  }
  await internalListener(stage, probe);
}

/** Mutual TLS succeeds, and the sidecar refuses whoever is not the gateway. */
async function foreignPrincipal({ ask }: Stage, { way, paths }: Part, probe: Probe): Promise<void> {
  for (const path of paths) {
    for (const [what, headers] of variants) {
      const answer = await ask("inMesh", way, { path, headers });
      probe.expect(
        answer.status === 403 && seenByBackend(answer) === undefined,
        `${way.name} refuses ${path} to a pod of the mesh${what}`,
        `${way.name} should refuse ${path} with 403 to a pod of the mesh that isn't the gateway${what}; came ${came(answer)}`,
      );
    }
  }
}

/** The sidecar closes a connection that isn't mutual TLS, and reads nothing of it: even a refusal would have read it. */
async function plainText({ ask }: Stage, { way, paths, health }: Part, probe: Probe): Promise<void> {
  const reached = await ask("outsideMesh", health, { path: health.path });
  if (reached.status !== 200) {
    throw new Error(
      `a pod without a sidecar should reach the pod of ${way.name} at its health port; came ${came(reached)}, so that nothing is known of port ${way.port}`,
    );
  }
  probe.seen(`a pod without a sidecar reaches the pod of ${way.name}`);
  for (const path of paths) {
    for (const [what, headers] of variants) {
      const answer = await ask("outsideMesh", way, { path, headers });
      probe.expect(
        isClosed(answer),
        `${way.name} closes plain HTTP for ${path}${what}`,
        `${way.name} should close a connection of plain HTTP for ${path}${what} without an answer; came ${came(answer)}`,
      );
    }
  }
}

const variants: readonly (readonly [what: string, headers: HeaderList])[] = [
  ["", []],
  [" that says what the gateway would say", pretence],
];

/** Keys and tokens of Dex over verified TLS, and nothing else, whoever a request says it is and whatever it asks for. */
async function internalListener({ ask, internal, hosts }: Stage, probe: Probe): Promise<void> {
  const where = `port ${internal.port}`;
  const keys = await ask("outsideMesh", internal, { path: "/dex/keys" });
  probe.expect(
    keys.status === 200 && hasKeys(keys.body),
    `${where} gives Dex's keys, with a certificate of the private CA`,
    `${where} should give Dex's keys, with a certificate of the private CA; came ${came(keys)}`,
  );
  const token = await ask("outsideMesh", internal, {
    method: "POST",
    path: "/dex/token",
    headers: [["Content-Length", "0"]],
  });
  probe.expect(
    token.status === 400 || token.status === 401,
    `${where} leads to Dex's token endpoint, which wants a client`,
    `${where} should lead to Dex's token endpoint, which refuses a request without a client with 400 or 401; came ${came(token)}`,
  );
  // Rules come before routes: 404 would be the word of a listener that has no rule and happens to lack a route.
  for (const path of elsewhere) {
    for (const [what, headers] of variants) {
      const answer = await ask("outsideMesh", internal, { path, headers });
      refused(probe, answer, `${path}${what}`, where, 403);
    }
  }
  for (const host of hosts) {
    for (const [path, status] of atHosts) {
      const answer = await ask("outsideMesh", internal, { path, headers: [["Host", host], ...pretence] });
      refused(probe, answer, `${path} of the host ${host}`, where, status);
    }
  }
}

/** The keys' path passes the rule, and has no route at a host that is somebody else's. */
const atHosts: readonly (readonly [path: string, status: number])[] = [
  ["/", 403],
  ["/dex/auth", 403],
  ["/oauth2/start?rd=%2F", 403],
  ["/dex/keys", 404],
];

/** What a pod would ask there, were it more than keys and tokens. */
const elsewhere = [
  "/",
  "/dex/auth",
  "/dex/auth/local/login",
  "/dex/.well-known/openid-configuration",
  "/dex/userinfo",
  "/dex/keys/",
  "/dex/keys/../auth",
  "/dex/keys/%2e%2e/auth",
  "//dex/auth",
  "/dex/device/code",
  "/oauth2/start?rd=%2F",
];

function refused(probe: Probe, answer: Answer, what: string, where: string, status: number): void {
  probe.expect(
    answer.status === status && seenByBackend(answer) === undefined,
    `${where} refuses ${what} with ${status}`,
    `${where} should refuse ${what} with ${status}; came ${came(answer)}`,
  );
}

/** `UC`: Envoy's word for a connection that was there and that the other side closed. */
export function isClosed({ status, body }: Answer): boolean {
  return status === 503 && body.startsWith(noAnswer) && body.slice(noAnswer.length).split(",").includes("UC");
}

function came(answer: Answer): string {
  return answer.body.startsWith(noAnswer) ? `${whatCame(answer)} (${answer.body.slice(0, 80)})` : whatCame(answer);
}

function hasKeys(body: string): boolean {
  try {
    const { keys } = JSON.parse(body) as { keys?: unknown };
    return Array.isArray(keys) && keys.length > 0;
  } catch {
    return false;
  }
}
