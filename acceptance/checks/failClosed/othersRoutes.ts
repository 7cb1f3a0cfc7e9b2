import { setTimeout as sleep } from "node:timers/promises";
import { internalGate } from "../../../components/topology";
import { type Check, type Target } from "../../check";
import { make, type Manifest, withSandbox } from "../../cluster/sandbox";
import { newcomerGetsIn, type Pace, type Scene, sceneOf, wayIn } from "../../cluster/scene";

/** A Service that nobody stands behind, and an address that nobody has (RFC 5737). */
const nowhere = "nowhere";
const nobodys = "192.0.2.1";

/** Istio shows every sidecar what any namespace writes; what a tenant may write is not to end the sign-in of all. */
export function othersRoutes(pace: Pace): Check {
  return {
    area: "fail-closed",
    name: "routes-of-others",
    proves:
      "A VirtualService or a ServiceEntry of another namespace, which tenants may write, leads nothing elsewhere that oauth2-proxy asks Dex or the provider in its place: people sign in as before.",
    mend: "The Sidecar `auth/default` names the namespaces that sidecars there take notice of (components/guardedNamespace.ts). Where it is missing or names all of them, whoever may write in any namespace ends the sign-in.",
    exercises: ["sidecar", "istiod", "oauth2-proxy"],
    needs: ["user", "echo", "sessions", "cluster", "disturb"],
    timeout: 300,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { target, probe, signal } = context;
      let since = Date.now();
      await withSandbox(scene.api, { sidecars: false, signal }, async (sandbox) => {
        for (const manifest of leadingAway(target, sandbox.namespace)) {
          await make(sandbox, manifest);
        }
        probe.busy("sign in while another namespace has a route for what oauth2-proxy asks");
        await everybodyGetsIn(scene, pace);
        since = Date.now();
      });
      await newcomerGetsIn(scene, "without the route of another namespace", since, pace);
    },
  };
}

/** One sign-in after the other, for longer than istiod takes to tell the sidecars. */
async function everybodyGetsIn(scene: Scene, { away, every }: Pace): Promise<void> {
  const { probe, signal } = scene.context;
  const { name, enter } = wayIn(scene);
  const end = Date.now() + away;
  let count = 0;
  do {
    try {
      await enter();
      count += 1;
    } catch (error) {
      signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      probe.wrong(
        `${name} with a route of another namespace for what oauth2-proxy asks should work; after ${count}: ${why}`,
      );
      return;
    }
    await sleep(every, undefined, { signal });
  } while (Date.now() < end);
  probe.seen(`${name} works with a route of another namespace for what oauth2-proxy asks`);
  probe.figure("sign-ins with a route of another namespace", count, "sign-ins");
}

/** What oauth2-proxy asks is Dex behind the gateway's internal listener, or the provider outside. */
export function leadingAway({ provider }: Pick<Target, "provider">, namespace: string): Manifest[] {
  if (provider !== undefined) {
    const number = Number(provider.port === "" ? 443 : provider.port);
    return [
      {
        apiVersion: "networking.istio.io/v1",
        kind: "ServiceEntry",
        metadata: { name: nowhere },
        spec: {
          hosts: [provider.hostname],
          exportTo: ["*"],
          location: "MESH_EXTERNAL",
          resolution: "STATIC",
          ports: [{ number, name: "tls", protocol: "TLS" }],
          endpoints: [{ address: nobodys }],
        },
      },
    ];
  }
  const { host, port } = internalGate;
  const route = [{ destination: { host: `${nowhere}.${namespace}.svc.cluster.local`, port: { number: port } } }];
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: nowhere },
      spec: { ports: [{ name: "tls", port, protocol: "TCP" }] },
    },
    {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: nowhere },
      spec: {
        hosts: [host],
        exportTo: ["*"],
        tls: [{ match: [{ port, sniHosts: [host] }], route }],
        tcp: [{ match: [{ port }], route }],
      },
    },
  ];
}
