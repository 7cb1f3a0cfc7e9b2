import { type Image } from "../readers/image";

export type Component = "Istio" | "Dex" | "oauth2-proxy" | "cert-manager" | "Kubeflow Pipelines";

/**
 * The components by their images' last parts, which mirrors keep. Some mirrors write the parts with dashes
 * (`mirror/istio-pilot`), and distributors build the programs under the same name (`bitnami/oauth2-proxy`).
 */
const images: readonly [RegExp, Component][] = [
  [/(^|\/)(mirrored-)?((istio[/-])?(pilot|proxyv2|install-cni|ztunnel)|istio[/-]proxy)$/, "Istio"],
  [/(^|\/)(mirrored-)?(dexidp[/-])?dex$/, "Dex"],
  [/(^|\/)(mirrored-)?(oauth2-proxy[/-])?oauth2[-_]proxy$/, "oauth2-proxy"],
  [
    /(^|\/)(mirrored-)?(jetstack[/-])?cert-manager(-(controller|webhook|cainjector|acmesolver|startupapicheck|ctl))?$/,
    "cert-manager",
  ],
  [/(^|\/)kfp-[a-z0-9-]+$/, "Kubeflow Pipelines"],
  // The older registry also has what Pipelines takes from others, with those projects' versions.
  [
    /(^|\/)ml-pipeline[/-](api-server|frontend|persistenceagent|scheduledworkflow|viewer-crd-controller|visualization-server|cache-server|cache-deployer|metadata-envoy|metadata-writer|inverse-proxy-agent)$/,
    "Kubeflow Pipelines",
  ],
];

/** Which component an image is, if it is one that the table knows. */
export function componentOf(image: Image): Component | undefined {
  return images.find(([pattern]) => pattern.test(image.repository))?.[1];
}
