import { join } from "node:path";
import { stringify } from "yaml";
import { endsTls, writesProxyHeader } from "../../acceptance/check";
import { addresses, layout } from "../node/layout";
import { type FrontFacts } from "../platform/facts";
import { privateFolder, writePrivate } from "../platform/privateFiles";
import { serverCertificate } from "./authority";
import { balancerConfig } from "./balancerConfig";
import { portOpens, startMachine } from "./machine";
import { namesOf, type Surroundings } from "./surroundings";

export const balancerMachine = "balancer";

/** The port of the way that adds no header. */
const barePort = 9443;

/** Starts a load balancer: an Envoy on a machine of its own, on the client's side of the node. */
export async function balancer(
  type: FrontFacts["type"],
  { facts, programs, gateway }: Surroundings,
): Promise<FrontFacts> {
  const folder = privateFolder(layout().beside);
  const certificate = join(folder, "balancer.pem");
  const key = join(folder, "balancer.key");
  if (endsTls({ type })) {
    const { certificatePem, keyPem } = await serverCertificate(namesOf(facts));
    writePrivate(certificate, certificatePem);
    writePrivate(key, keyPem);
  }
  const config = join(folder, "balancer.yaml");
  writePrivate(config, stringify(balancerConfig({ type, gateway, certificate, key, barePort }), { lineWidth: 0 }));
  const options = ["--config-path", config, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"];
  const { balancer: address, balancerGateway: client } = addresses;
  const machine = { name: balancerMachine, cable: "bal0", own: address, other: client };
  await startMachine(machine, [programs("envoy"), ...options]);
  await portOpens("the balancer", address, 443);
  return { type, address, gateway, client, ...(writesProxyHeader({ type }) ? { bare: `${address}:${barePort}` } : {}) };
}
