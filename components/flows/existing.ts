/** The flows where cert-manager or Istio is somebody else's: other namespaces, and no policies there. */
import { ownNamespaces } from "../../stacks/namespaces";
import { type Settings } from "../../stacks/schema";
import { certManagerNamespace, placeOfClusterKeys, revisionOf } from "../topology";
import { type Flow, parts, type Peer } from "./peers";

/** Puts every peer where the settings have it, and leaves out what has neither end in a namespace of the platform. */
export function inTheirPlaces(flows: readonly Flow[], settings: Settings): Flow[] {
  const own = ownNamespaces(settings);
  const isOwn = (peer: Peer) => (peer.kind === "workload" || peer.kind === "namespace") && own.includes(peer.namespace);
  return flows
    .map((flow) => ({ ...flow, from: placed(flow.from, settings), to: placed(flow.to, settings) }))
    .filter(({ from, to }) => isOwn(from) || isOwn(to));
}

function placed(peer: Peer, settings: Settings): Peer {
  const { istio } = settings;
  if (peer.kind !== "workload") {
    return peer;
  }
  if (peer === parts.certManager) {
    return { ...peer, namespace: certManagerNamespace(settings) };
  }
  if (peer === parts.clusterKeys) {
    return { ...peer, namespace: placeOfClusterKeys(settings).namespace };
  }
  if (peer === parts.istiod && istio.type === "existing") {
    const revision = revisionOf(settings);
    const labels = { ...peer.labels, ...(revision === undefined ? {} : { "istio.io/rev": revision }) };
    return { ...peer, namespace: istio.namespace, labels };
  }
  return peer;
}
