import { readYaml } from "../../documents/yaml";
import { isMap, type Manifest, mapAt } from "../manifest";
import { type Placed, specOf, textAt } from "./istio";
import { type Reach, reachOfPod } from "./istioReach";

/** Pods that an object makes, and what their annotation says to Istio's proxy (mesh/v1alpha1/proxy.proto). */
export interface Pods {
  readonly reach: Reach;
  /** Empty where they have no annotation. */
  readonly config: Placed;
}

const workloads = ["Deployment", "DaemonSet", "StatefulSet"];

export function podsOf(manifest: Manifest, namespace: string): Pods[] {
  if (!workloads.includes(manifest.kind)) return [];
  const template = "spec.template.metadata";
  const metadata = mapAt(mapAt(specOf(manifest)["template"], "spec.template")["metadata"], template);
  const labels = mapAt(metadata["labels"], `${template}.labels`);
  const texts = Object.fromEntries(Object.keys(labels).map((key) => [key, textAt(labels[key], `${template}.labels`)]));
  const text = mapAt(metadata["annotations"], `${template}.annotations`)["proxy.istio.io/config"];
  const [config] = typeof text === "string" ? readYaml(text) : [];
  const field = `${template}.annotations["proxy.istio.io/config"]: `;
  return [{ reach: reachOfPod(namespace, texts), config: { field, map: isMap(config) ? config : {} } }];
}
