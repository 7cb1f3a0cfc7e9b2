import { CoreV1Api } from "@kubernetes/client-node";
import { randomBytes } from "node:crypto";
import { gateway } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { connect } from "../../cluster/connect";
import { waitFor } from "../../cluster/wait";
import { bearerOf } from "../spoofing/credentials";
import { askEcho } from "../../tokens/ask";
import { claims } from "./forgedAddresses";

/** Gives the latest lines that the gateway's pods wrote. */
export type ReadLogs = (context: CheckContext) => Promise<string>;

const fromTheCluster: ReadLogs = async ({ target }) => {
  const core = connect(target).makeApiClient(CoreV1Api);
  const { namespace, labels } = gateway;
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  const texts = items.map(({ metadata }) =>
    core.readNamespacedPodLog({ name: metadata?.name ?? "", namespace, sinceSeconds: 120 }),
  );
  return (await Promise.all(texts)).join("\n");
};

/** Whose request it was, for whoever reads the log afterwards. */
export function accessLog(readLogs: ReadLogs = fromTheCluster, within = 30_000): Check {
  return {
    area: "front",
    name: "access-log",
    proves: "The gateway's access log has each request with the client's own address, whatever the client claims.",
    mend: "As of front/client-address; the kubeconfig's user must be allowed to get pods/log in `ingress`.",
    exercises: ["gateway"],
    needs: ["client-address", "user", "client", "echo", "cluster"],
    timeout: 120,
    async run(context) {
      const { target, probe, signal } = context;
      const { headers: credential } = await bearerOf(context);
      const asked = claims.map((claim) => ({ ...claim, path: `/gatehouse-verify-${randomBytes(8).toString("hex")}` }));
      for (const { headers, path } of asked) {
        await askEcho(context, [...credential, ...headers], path);
      }
      const look = async () => {
        const log = await readLogs(context);
        const found = asked.map(({ path }) => log.split("\n").find((line) => line.includes(path)));
        return found.every((line) => line !== undefined) ? found : undefined;
      };
      const { value } = await waitFor("the log has every request", look, { within, every: 1000, signal });
      for (const [index, { what }] of asked.entries()) {
        const address = addressIn(value[index] ?? "");
        probe.expect(
          address === target.clientAddress,
          `${what}: the log has ${address}`,
          `${what}: the log should have ${target.clientAddress}; it has ${address}`,
        );
      }
    },
  };
}

/** The client's address in a line of the gateway's access log. */
export function addressIn(line: string): string {
  try {
    const { downstream_remote_address: address } = JSON.parse(line) as { downstream_remote_address?: unknown };
    return typeof address === "string" ? address.replace(/:\d+$/, "") : "no address";
  } catch {
    return "no JSON";
  }
}
