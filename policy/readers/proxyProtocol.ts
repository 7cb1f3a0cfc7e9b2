import { readYaml } from "../../documents/yaml";
import { isMap, type Manifest, mapAt } from "../manifest";
import { type Member, type StackContext } from "../rule";
import { messagesIn, patchesOf } from "./envoyFilter";
import { isIstioGateway, isKind, specOf, textAt } from "./istio";
import { meshConfigsOf, messageAt, fieldOf } from "./istioMesh";
import { type Reach, reachOf, reachOfPod } from "./istioReach";

/** Pods whose listeners take a connection's addresses from the PROXY protocol. */
export interface ProxyProtocol {
  readonly reach: Reach;
  /** The port of the listener; nothing for all of them. */
  readonly port: number | undefined;
}

/** Where an object turns the PROXY protocol on: an EnvoyFilter, an annotation of pods, the mesh's default. */
export function proxyProtocolsOf(member: Member, members: readonly Member[], context: StackContext): ProxyProtocol[] {
  const { manifest, namespace } = member;
  if (isKind(manifest, "EnvoyFilter")) {
    const patches = patchesOf(manifest).filter(
      ({ operation, value }) =>
        operation !== "REMOVE" &&
        messagesIn(value).some(({ type }) => /(^|\.)listener\.proxy_protocol(\.v3\.ProxyProtocol)?$/.test(type)),
    );
    return patches.map(({ port }) => ({ reach: reachOf(member, context), port }));
  }
  const isDefault = meshConfigsOf(manifest).some((mesh) => {
    const topology = messageAt(messageAt(mesh, "default_config"), "gateway_topology");
    return isMap(fieldOf(topology, "proxy_protocol").value);
  });
  // The mesh's default is for gateways.
  if (isDefault) return members.filter(({ manifest: each }) => isIstioGateway(each)).map((each) => ofGateway(each));
  return ofPods(manifest, namespace);
}

/** The pods of a Gateway, as far as it tells: those beside it. */
function ofGateway({ manifest, namespace }: Member): ProxyProtocol {
  const selector = mapAt(specOf(manifest)["selector"], "spec.selector");
  const labels = Object.fromEntries(Object.keys(selector).map((key) => [key, textAt(selector[key], key)]));
  return { reach: reachOfPod(namespace, labels), port: undefined };
}

const workloads = ["Deployment", "DaemonSet", "StatefulSet"];

function ofPods(manifest: Manifest, namespace: string): ProxyProtocol[] {
  if (!workloads.includes(manifest.kind)) return [];
  const metadata = mapAt(mapAt(specOf(manifest)["template"], "spec.template")["metadata"], "spec.template.metadata");
  const annotations = mapAt(metadata["annotations"], "spec.template.metadata.annotations");
  const text = annotations["proxy.istio.io/config"];
  if (typeof text !== "string") return [];
  const [config] = readYaml(text);
  const topology = isMap(config) ? messageAt({ field: "", map: config }, "gateway_topology") : undefined;
  if (topology === undefined || !isMap(fieldOf(topology, "proxy_protocol").value)) return [];
  const labels = mapAt(metadata["labels"], "spec.template.metadata.labels");
  const texts = Object.fromEntries(Object.keys(labels).map((key) => [key, textAt(labels[key], key)]));
  return [{ reach: reachOfPod(namespace, texts), port: undefined }];
}
