import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { gateway } from "../../../components/topology";
import { type Check } from "../../check";
import { make, type Manifest, withSandbox } from "../../cluster/sandbox";
import { type Pace, sceneOf } from "../../cluster/scene";
import { ask, type HeaderList } from "../../http/request";
import { bearer } from "../../tokens/ask";

/** A host that no Gateway names (RFC 2606). */
const unknown = "unknown.example";

/** Something to ask, and by whom. */
interface Asked {
  what: string;
  url: URL;
  path: string;
  headers: HeaderList;
}

/** Who may route at the gate is a list of namespaces in its Gateway, and nothing that a tenant writes adds to it. */
export function routesAtTheGate({ away, every }: Pace): Check {
  return {
    area: "fail-closed",
    name: "routes-at-the-gate",
    proves:
      "A VirtualService of a namespace that the settings don't name routes nothing at the gate: neither the gate's host, nor an application's, nor another one or all of them, for somebody signed in as little as for nobody.",
    mend: "Each host of the Gateway `ingress/gatehouse` must stand behind a namespace and a slash, never behind `*/` (components/gatewayServers.ts); `ingress.applicationNamespaces` are those whose routes count.",
    exercises: ["gateway", "istiod"],
    needs: ["user", "echo", "cluster", "disturb"],
    timeout: 180,
    run: async (context) => {
      const { api, visitor } = await sceneOf(context, { away, every, recovery: away });
      const { target, probe, signal } = context;
      const mark = `claimed-${randomBytes(12).toString("hex")}`;
      // Another word than the answer's: an application that shows its request is not to be taken for the route.
      const path = `/asked-${randomBytes(12).toString("hex")}`;
      const { gate } = target;
      const { url, token } = visitor;
      const known: HeaderList = [["Accept", "text/html"], bearer(token)];
      const asked: Asked[] = [
        { what: `${url.host} with a token`, url, path, headers: known },
        { what: `${gate.host} with a token`, url: gate, path, headers: known },
        { what: `${unknown} with a token`, url: gate, path, headers: [["Host", unknown], ...known] },
        ...["/dex", "/oauth2"].map((before) => ({
          what: `${gate.host}${before}/ with nothing`,
          url: gate,
          path: `${before}${path}`,
          headers: [["Accept", "text/html"]] as const,
        })),
      ];
      await withSandbox(api, { sidecars: false, signal }, async (sandbox) => {
        const hosts = new Set([gate.hostname, url.hostname, unknown, "*"]);
        for (const [index, host] of [...hosts].entries()) {
          await make(sandbox, claiming(`claimed-${index}`, host, { path, mark }));
        }
        probe.busy("ask for what a VirtualService of another namespace claims");
        const led = new Set<string>();
        let rounds = 0;
        // For longer than istiod takes to tell the gateway.
        for (const end = Date.now() + away; rounds === 0 || Date.now() < end; rounds += 1) {
          for (const one of asked.filter(({ what }) => !led.has(what))) {
            const { body } = await ask(target, one.url, one.path, { headers: one.headers, signal });
            if (body.includes(mark)) {
              led.add(one.what);
            }
          }
          await sleep(every, undefined, { signal });
        }
        for (const { what } of asked) {
          probe.expect(
            !led.has(what),
            `${what}: the other namespace's route leads nowhere`,
            `${what}: a route of a namespace that the settings don't name should lead nowhere; it answers`,
          );
        }
        probe.figure("rounds in which nobody was led away", rounds, "rounds");
      });
    },
  };
}

/** The gateway itself answers, so that nothing has to stand behind the route. */
export function claiming(name: string, host: string, { path, mark }: { path: string; mark: string }): Manifest {
  const direct = (prefix: string) => ({
    match: [{ uri: { exact: `${prefix}${path}` } }],
    directResponse: { status: 200, body: { string: mark } },
  });
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name },
    spec: { hosts: [host], gateways: [gateway.reference], http: ["", "/dex", "/oauth2"].map(direct) },
  };
}
