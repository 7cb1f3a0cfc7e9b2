import { join } from "node:path";
import { stringify } from "yaml";
import { run } from "../../command";
import { kubectl } from "../../node/controlPlane";
import { layout } from "../../node/layout";
import { repository } from "../../platform/layout";
import { writePrivate } from "../../platform/privateFiles";
import { readBedStack } from "../../platform/stackFile";
import { type Ground, installChart } from "./chart";

/** The settings of a mode that stands on this one. */
export const companyIstio = { type: "existing", namespace: "mesh", revision: "stable" } as const;

/** Its mesh configuration. */
export const companyMeshConfig = { namespace: companyIstio.namespace, name: `istio-${companyIstio.revision}` };

/** What a company sets by itself: the charts ask for more of a node than the bed has. */
const own = {
  resources: { requests: { cpu: "100m", memory: "512Mi" } },
  // Strict companies let nothing out that is not registered; the platform must get to its servers all the same.
  meshConfig: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } },
  global: {
    istioNamespace: companyIstio.namespace,
    proxy: { resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "512Mi" } } },
  },
};

/**
 * An Istio of somebody else's, with the values that the platform asks for. Its istiod starts when the platform has brought the
 * Secret with its CA, as docs/14-bring-your-own.md says, and is not waited for here.
 */
export async function installIstio(ground: Ground, stack: string): Promise<void> {
  const { namespace, revision } = companyIstio;
  const { programs } = ground;
  const { beside } = layout();
  const asked = writePrivate(join(beside, "gatehouse.yaml"), await printedValues(stack));
  const values = writePrivate(join(beside, "istiod.yaml"), stringify(own));
  const { global } = own;
  const base = writePrivate(join(beside, "istio-base.yaml"), stringify({ global, defaultRevision: revision }));
  await installChart(ground, { chart: "base", release: "istio-base", namespace, values: [base] });
  await installChart(ground, { chart: "cni", release: "istio-cni", namespace, values: [] });
  await kubectl(programs, ["-n", namespace, "rollout", "status", "daemonset/istio-cni-node", "--timeout=240s"]);
  await installChart(ground, { chart: "istiod", release: "istiod", namespace, values: [values, asked] });
}

/** What `gatehouse mesh` prints for the stack as the bed has it, to the letter. */
async function printedValues(stack: string): Promise<string> {
  const { name, file } = readBedStack(layout().state, stack);
  const command = [join(repository, "bin", "gatehouse.js"), "mesh", name, "--config-file", file];
  return run("the values for istiod", process.execPath, command, { cwd: repository, timeoutMs: 120_000 });
}
