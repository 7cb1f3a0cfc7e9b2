import { isMap, join, listAt, mapAt } from "../../manifest";
import { type Container, type Pod, show } from "../../readers/pods";
import { cis, owasp, podSecurityStandards, weakness } from "../../references";
import { type Finding, type Rule, violation } from "../../rule";
import { eachContainer, eachPod } from "./containers";

const { framework, cwe } = weakness(653, "Improper Isolation or Compartmentalization");

/** Probes and hooks that the kubelet runs from the node; a `host` of theirs reaches what only the node may reach. */
const probes = ["livenessProbe", "readinessProbe", "startupProbe"];

/** No pod is in the node's network, process or IPC namespace, and none takes a port of the node. */
export const forbidHostAccess: Rule = {
  name: "forbid-host-access",
  title: "Pods stay out of the node's namespaces",
  why:
    "A pod in the node's network is a way in beside the gateway that no NetworkPolicy closes, and reads what others " +
    "send on the loopback; one in its process namespace reads their environments.",
  mend: "Remove hostNetwork, hostPID, hostIPC, hostPort, hostProcess and the host of probes; put a Service in front of the pod.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    owasp("K01"),
    podSecurityStandards,
    cis("5.2.3, 5.2.4, 5.2.5", "few containers share the node's processes, IPC and network"),
    cis("5.2.10, 5.2.12", "few containers have HostProcess or HostPorts"),
  ],
  settings: [],
  check: (manifest) => [
    ...eachPod(manifest, (pod) => [...namespaceFindings(pod), ...hostProcess(pod.field, pod.spec)]),
    ...eachContainer(manifest, (_, container) => [
      ...portFindings(container),
      ...probeFindings(container),
      ...hostProcess(container.field, container.values),
    ]),
  ],
};

function namespaceFindings(pod: Pod): Finding[] {
  return ["hostNetwork", "hostPID", "hostIPC"].flatMap((key) => offOnly(join(pod.field, key), pod.spec[key]));
}

function offOnly(field: string, value: unknown): Finding[] {
  if (value === undefined || value === null || value === false) return [];
  return [violation(field, `${field} is ${show(value)}. Remove it, or write false.`)];
}

function hostProcess(field: string, values: Record<string, unknown>): Finding[] {
  const context = join(field, "securityContext");
  const windows = join(context, "windowsOptions");
  const options = mapAt(mapAt(values["securityContext"], context)["windowsOptions"], windows);
  return offOnly(join(windows, "hostProcess"), options["hostProcess"]);
}

function portFindings(container: Container): Finding[] {
  const list = join(container.field, "ports");
  return listAt(container.values["ports"], list).flatMap((item, index) => {
    const place = join(list, index);
    const port = mapAt(item, place)["hostPort"];
    if (port === undefined || port === null || port === 0) return [];
    const field = join(place, "hostPort");
    return [violation(field, `${field} is ${show(port)}. Remove it; a Service makes the port reachable.`)];
  });
}

function probeFindings(container: Container): Finding[] {
  const lifecycle = join(container.field, "lifecycle");
  const hooks = mapAt(container.values["lifecycle"], lifecycle);
  const handlers: [string, unknown][] = [
    ...probes.map((name): [string, unknown] => [join(container.field, name), container.values[name]]),
    ...["postStart", "preStop"].map((name): [string, unknown] => [join(lifecycle, name), hooks[name]]),
  ];
  return handlers.flatMap(([field, handler]) =>
    ["httpGet", "tcpSocket"].flatMap((kind) => {
      const action = mapAt(handler, field)[kind];
      const host = isMap(action) ? action["host"] : undefined;
      if (host === undefined || host === null || ["", "127.0.0.1", "localhost", "::1"].includes(host as string))
        return [];
      const place = join(join(field, kind), "host");
      return [violation(place, `${place} is ${show(host)}. Remove it; the probe then goes to the pod.`)];
    }),
  );
}
