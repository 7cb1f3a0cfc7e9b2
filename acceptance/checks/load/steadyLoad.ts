import { decodeJwt } from "jose";
import { setTimeout as sleep } from "node:timers/promises";
import { type Check, type CheckContext } from "../../check";
import { type Api, clusterApi } from "../../cluster/api";
import { memoryOf, type Sample } from "../../cluster/memory";
import { requestNamespaces, workloads } from "../../cluster/platform";
import { listed } from "../../cluster/traffic";
import { tellWithoutSessions, type Visitor, visitorOf } from "../../cluster/visitor";
import { restarted, restartsIn } from "../../cluster/workloads";
import { type Cookie } from "../../http/jar";
import { loadableAddress, ownHost } from "../../load/allowed";
import { memoryIsFlat } from "../../load/flatMemory";
import { Generator } from "../../load/generator";
import { type Credentials, kindsOf, mostConnections, type Result } from "../../load/protocol";
import { echoOf } from "../../tokens/parts";

export interface LoadPace {
  /** Connections of each step to the maximum, and the seconds of a step. */
  steps: readonly number[];
  stepSeconds: number;
  /** Pause between two looks at memory, in milliseconds. */
  every: number;
}

/** The part of the maximum that a deployment is to bear all day. */
const share = 0.7;

export function steadyLoad(pace: LoadPace): Check {
  return {
    area: "load",
    name: "steady",
    proves:
      "At 70 % of what it can do the deployment answers every request right, with a token, without identity and, where " +
      "oauth2-proxy gives any, with a session, and, as far as a cluster is given in which it can be measured, its memory " +
      "stays flat.",
    mend:
      "Errors: look at the gateway's access log for 503 and at `kubectl top pods -n ingress -n auth`. Memory that grows: " +
      `compare two heap profiles of that container. A public address is loaded only with ${ownHost}.`,
    exercises: ["gateway", "oauth2-proxy"],
    needs: ["user", "echo", "load"],
    timeout: 3900,
    run: async (context) => {
      const { target, probe, signal } = context;
      const url = echoOf(target);
      // Before anything else is asked there.
      const site = { address: await loadableAddress(target, url), url: url.href, ca: target.ca };
      const api = target.kubeconfig === undefined ? undefined : clusterApi(target);
      const visitor = await visitorOf(context, api);
      const credentials = credentialsOf(visitor);
      const kinds = kindsOf(credentials);
      tellWithoutSessions(probe, visitor);
      probe.figure(`identities in turn (${kinds.join(", ")})`, kinds.length, "kinds");
      const before = api === undefined ? undefined : await restartsIn(api, requestNamespaces(target), signal);
      const generator = new Generator(site, credentials, signal);
      try {
        const most = await maximum(generator, context, pace);
        const rate = Math.max(1, Math.floor(most * share));
        probe.busy(`${rate} requests a second for ${target.loadSeconds} s`);
        const { result, samples } = await steady(generator, context, api, visitor, rate, pace);
        judge(context, result, rate);
        memoryIsFlat(probe, api === undefined ? undefined : samples);
      } finally {
        await generator.close();
      }
      if (api !== undefined && before !== undefined) {
        const lost = restarted(before, await restartsIn(api, requestNamespaces(target), signal));
        probe.expect(
          lost.length === 0,
          "no pod restarted under load",
          `no pod should restart under load; these restarted or are gone: ${lost.join(", ")}`,
        );
      }
    },
  };
}

/** Requests a second at the best of a few steps; each connection asks one after the other. */
async function maximum(generator: Generator, { probe }: CheckContext, pace: LoadPace): Promise<number> {
  let most = 0;
  for (const connections of pace.steps) {
    probe.busy(`as many requests as ${connections} connections take`);
    const result = await generator.closed(connections, pace.stepSeconds);
    const { right, seconds } = result;
    probe.figure(`throughput with ${connections} connections`, Math.round(right / seconds), "requests/s");
    noLeaks(probe, `${connections} connections at full speed`, result);
    most = Math.max(most, right / seconds);
  }
  if (most === 0) {
    throw new Error("no request was answered right at full speed, so that there is no maximum to take a part of");
  }
  probe.figure("maximum throughput", Math.round(most), "requests/s");
  return most;
}

async function steady(
  generator: Generator,
  context: CheckContext,
  api: Api | undefined,
  visitor: Visitor,
  rate: number,
  { every }: LoadPace,
): Promise<{ result: Result; samples: Sample[] }> {
  const { target, signal } = context;
  const samples: Sample[] = [];
  // Three looks in each of the sixths that are compared, however short the time.
  const pause = Math.min(every, (target.loadSeconds * 1000) / 18);
  const over = new AbortController();
  const watched = AbortSignal.any([signal, over.signal]);
  const { gateway, oauth2Proxy } = workloads;
  const measured = visitor.session === undefined ? [gateway] : [gateway, oauth2Proxy];
  const look = async (until: AbortSignal) => {
    if (api !== undefined) {
      const memory = await memoryOf(api, measured, until);
      samples.push({ at: Date.now(), memory });
    }
  };
  const watch = async () => {
    let ends = endOf(visitor.token);
    while (!watched.aborted) {
      if (ends - Date.now() < 120_000) {
        // A token that ends is no error of the deployment.
        const next = await visitorOf(context, api);
        generator.use(credentialsOf(next));
        ends = endOf(next.token);
      }
      await sleep(pause, undefined, { signal: watched });
      await look(watched);
    }
  };
  // The first and the last look are not among those that the load may leave no time for.
  await look(signal);
  const watching = watch().catch((error: unknown) => {
    if (!watched.aborted) {
      throw error;
    }
  });
  const working = generator.constant(rate, mostConnections, target.loadSeconds).finally(() => over.abort());
  const [result] = await Promise.all([working, watching]);
  await look(signal);
  return { result, samples };
}

function judge({ probe }: CheckContext, result: Result, rate: number): void {
  const { sent, right, errors, latency, repeated, seconds } = result;
  probe.figure("steady rate", rate, "requests/s");
  probe.figure("steady requests", sent, "requests");
  probe.figure("steady time", Math.round(seconds), "s");
  probe.figure("steady errors", sent - right, "requests");
  probe.figure("steady requests repeated on a new connection", repeated, "requests");
  for (const [name, value] of Object.entries(latency)) {
    probe.figure(`steady latency ${name}`, Math.round(value * 10) / 10, "ms");
  }
  noLeaks(probe, "steady load", result);
  probe.expect(
    sent > 0 && right === sent,
    `all of ${sent} requests were answered right`,
    `all of ${sent} requests at ${rate} a second should be answered right; it came to ${listed(errors)}`,
  );
}

function noLeaks(probe: CheckContext["probe"], during: string, { sent, leaks }: Result): void {
  probe.expect(
    sent > 0 && Object.keys(leaks).length === 0,
    `${during}: none of ${sent} requests got another answer than its identity allows`,
    `${during}: none of ${sent} requests should get another answer than its identity allows; it came to ${listed(leaks)}`,
  );
}

function endOf(token: string): number {
  return (decodeJwt(token).exp ?? 0) * 1000;
}

function credentialsOf({ session, token, person }: Visitor): Credentials {
  return { cookies: session?.jar.cookies.map(lineOf), token, user: person.email };
}

/** A cookie as the server set it. */
function lineOf({ name, value, attributes }: Cookie): string {
  const rest = Object.entries(attributes).map(([key, content]) =>
    content === "" ? `; ${key}` : `; ${key}=${content}`,
  );
  return `${name}=${value}${rest.join("")}`;
}
