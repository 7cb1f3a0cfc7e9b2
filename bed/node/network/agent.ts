import {
  CoreV1Api,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  NetworkingV1Api,
  type V1Namespace,
  type V1NetworkPolicy,
  type V1Pod,
  type V1Service,
} from "@kubernetes/client-node";
import { outcomeOf, run } from "../../command";
import { policyHooks, policyRules } from "./policyRules";

/** Addresses that Services of type LoadBalancer get, on the network between the node and the client. */
const balancerAddress = (index: number): string => `172.18.0.${100 + index}`;

/**
 * What a cluster's network plugin and its cloud do, for one node: enforces NetworkPolicies, and gives Services of type
 * LoadBalancer an address. Runs on the node until it is ended.
 */
export async function runNetworkAgent(kubeconfig: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const networking = config.makeApiClient(NetworkingV1Api);
  const pods = watch<V1Pod>(config, "/api/v1/pods", () => core.listPodForAllNamespaces());
  const namespaces = watch<V1Namespace>(config, "/api/v1/namespaces", () => core.listNamespace());
  const policies = watch<V1NetworkPolicy>(config, "/apis/networking.k8s.io/v1/networkpolicies", () =>
    networking.listNetworkPolicyForAllNamespaces(),
  );
  const services = watch<V1Service>(config, "/api/v1/services", () => core.listServiceForAllNamespaces());

  for (const { table, chain, target } of policyHooks) {
    const rule = (action: string) => ["-t", table, action, chain, "-j", target];
    // Both are there already when the agent was started before.
    await outcomeOf("iptables", ["-t", table, "-N", target]);
    if ((await outcomeOf("iptables", rule("-C"))).code !== 0) {
      await run("the way into the rules", "iptables", rule("-I"));
    }
  }
  let written = "";
  for (;;) {
    const rules = policyRules({
      pods: pods(),
      namespaces: new Map(namespaces().map(({ metadata }) => [metadata?.name ?? "", metadata?.labels ?? {}])),
      policies: policies(),
    });
    if (rules !== written) {
      // Chains that no rule names any more stay behind empty, which disturbs nobody.
      await run("the rules", "iptables-restore", ["--noflush"], { input: rules });
      written = rules;
      console.log(`${new Date().toISOString()} ${rules.split("\n").length} lines of rules`);
    }
    await giveAddresses(core, services());
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Keeps a list of everything of one kind; what is not known yet is not there. */
function watch<T extends KubernetesObject>(
  config: KubeConfig,
  path: string,
  list: () => Promise<KubernetesListObject<T>>,
): () => readonly T[] {
  const informer = makeInformer<T>(config, path, list);
  informer.on("error", (error: unknown) => {
    console.error(`${path}: ${String(error)}`);
    setTimeout(() => void informer.start(), 1000);
  });
  void informer.start();
  return () => informer.list();
}

const given = new Map<string, string>();

async function giveAddresses(core: CoreV1Api, services: readonly V1Service[]): Promise<void> {
  for (const { metadata, spec, status } of services) {
    const [namespace, name] = [metadata?.namespace ?? "", metadata?.name ?? ""];
    const known = status?.loadBalancer?.ingress?.[0]?.ip;
    if (spec?.type !== "LoadBalancer" || known !== undefined || given.has(`${namespace}/${name}`)) {
      continue;
    }
    const ip = balancerAddress(given.size);
    given.set(`${namespace}/${name}`, ip);
    await outcomeOf("ip", ["address", "add", `${ip}/32`, "dev", "eth0"]);
    await core.patchNamespacedServiceStatus({
      namespace,
      name,
      body: [{ op: "add", path: "/status/loadBalancer", value: { ingress: [{ ip }] } }],
    });
  }
}
