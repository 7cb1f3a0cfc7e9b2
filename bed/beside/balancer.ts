import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { run } from "../command";
import { addresses, layout } from "../node/layout";
import { onClient } from "../node/machines";
import { end, running, startDetached, type Started } from "../node/processes";
import { patiently } from "../node/wait";
import { type FrontFacts } from "../platform/facts";
import { privateFolder, writePrivate } from "../platform/privateFiles";
import { serverCertificate } from "./authority";
import { balancerConfig } from "./balancerConfig";
import { namesOf, type Surroundings } from "./surroundings";

/** The port of the way that adds no header. */
const barePort = 9443;

/** Starts a load balancer: an Envoy on a machine of its own, on the client's side of the node. */
export async function balancer(
  type: FrontFacts["type"],
  { facts, programs, gateway }: Surroundings,
): Promise<FrontFacts> {
  const earlier = running("balancer");
  if (earlier !== undefined) {
    await end(earlier);
    await patiently("the end of the earlier balancer's network", 10, () =>
      onClient(["sh", "-c", "! ip link show bal0"]),
    );
  }
  const folder = privateFolder(layout().beside);
  const certificate = join(folder, "balancer.pem");
  const key = join(folder, "balancer.key");
  if (type === "offload") {
    const { certificatePem, keyPem } = await serverCertificate(namesOf(facts));
    writePrivate(certificate, certificatePem);
    writePrivate(key, keyPem);
  }
  const config = join(folder, "balancer.yaml");
  writePrivate(config, stringify(balancerConfig({ type, gateway, certificate, key, barePort }), { lineWidth: 0 }));
  const options = ["--config-path", config, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"];
  const started = startDetached("balancer", ["unshare", "--net", "--", programs("envoy"), ...options]);
  await patiently("the balancer's network", 5, () => hasOwnNetwork(started));
  await connect(started);
  const { balancer: address, balancerGateway: client } = addresses;
  await patiently("the balancer", 30, () =>
    onClient(["bash", "-c", `exec 3<>/dev/tcp/${address}/443`], { timeoutMs: 2000 }),
  );
  return { type, address, gateway, client, ...(type === "proxy-protocol" ? { bare: `${address}:${barePort}` } : {}) };
}

function hasOwnNetwork({ pid }: Started): Promise<void> {
  return readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync("/proc/self/ns/net")
    ? Promise.reject(new Error("it shares this machine's"))
    : Promise.resolve();
}

/** A cable to the client's machine, which routes on to the node; the node has it as its way to everybody else. */
async function connect({ pid }: Started): Promise<void> {
  const { balancer: own, balancerGateway: other, prefixLength } = addresses;
  const inside = (...command: string[]) =>
    run("the balancer's network", "nsenter", ["--target", String(pid), "--net", ...command]);
  await onClient(["ip", "link", "add", "bal0", "type", "veth", "peer", "name", "eth0", "netns", String(pid)]);
  await onClient(["ip", "address", "add", `${other}/${prefixLength}`, "dev", "bal0"]);
  await onClient(["ip", "link", "set", "bal0", "up"]);
  await onClient(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
  await inside("ip", "address", "add", `${own}/${prefixLength}`, "dev", "eth0");
  await inside("ip", "link", "set", "lo", "up");
  await inside("ip", "link", "set", "eth0", "up");
  await inside("ip", "route", "add", "default", "via", other);
}
