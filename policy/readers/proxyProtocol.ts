import { isMap, type Manifest } from "../manifest";
import { type Member, type StackContext } from "../rule";
import { messagesIn, patchesOf } from "./envoyFilter";
import { isKind, specOf } from "./istio";
import { meshConfigsOf, messageAt, fieldOf } from "./istioMesh";
import { labelsFrom, type Reach, reachOf, reachOfPod } from "./istioReach";
import { podsOf } from "./proxyConfig";

/** Pods whose listeners take a connection's addresses from the PROXY protocol. */
export interface ProxyProtocol {
  readonly reach: Reach;
  /** The port of the listener; nothing for all of them. */
  readonly port: number | undefined;
}

/** Where an object turns the PROXY protocol on: an EnvoyFilter, an annotation of pods. */
export function proxyProtocolsOf(member: Member, context: StackContext): ProxyProtocol[] {
  const { manifest, namespace } = member;
  if (isKind(manifest, "EnvoyFilter")) {
    const patches = patchesOf(manifest).filter(
      ({ operation, value }) =>
        operation !== "REMOVE" &&
        messagesIn(value).some(({ type }) => /(^|\.)listener\.proxy_protocol(\.v3\.ProxyProtocol)?$/.test(type)),
    );
    return patches.map(({ port }) => ({ reach: reachOf(member, context), port }));
  }
  return ofPods(manifest, namespace);
}

/** Whether an object turns it on for every gateway: the mesh's default. */
export function isForEveryGateway({ manifest }: Member): boolean {
  return meshConfigsOf(manifest).some((mesh) => {
    const topology = messageAt(messageAt(mesh, "default_config"), "gateway_topology");
    return isMap(fieldOf(topology, "proxy_protocol").value);
  });
}

/** The pods of a Gateway, as far as it tells: those beside it. */
export function ofGateway({ manifest, namespace }: Member): ProxyProtocol {
  const labels = labelsFrom(specOf(manifest)["selector"], "spec.selector");
  return { reach: reachOfPod(namespace, labels), port: undefined };
}

function ofPods(manifest: Manifest, namespace: string): ProxyProtocol[] {
  return podsOf(manifest, namespace).flatMap(({ reach, config }) => {
    const isOn = isMap(fieldOf(messageAt(config, "gateway_topology"), "proxy_protocol").value);
    return isOn ? [{ reach, port: undefined }] : [];
  });
}
