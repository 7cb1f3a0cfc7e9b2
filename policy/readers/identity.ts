import { containersOf, type Pod } from "./pods";

/** The services that see passwords, tokens or everybody's pipelines. */
export type IdentityService = "oauth2-proxy" | "Dex" | "ml-pipeline";

/** By the last parts of the image, which mirrors keep. */
const images: readonly [RegExp, IdentityService][] = [
  [/(^|\/)oauth2[-_]proxy$/, "oauth2-proxy"],
  [/(^|\/)dex$/, "Dex"],
  [/(^|\/)(kfp-api-server|ml-pipeline\/api-server)$/, "ml-pipeline"],
];

const names: Readonly<Record<string, IdentityService>> = {
  "oauth2-proxy": "oauth2-proxy",
  dex: "Dex",
  "ml-pipeline": "ml-pipeline",
};

/** Which of them a pod is, by its images or, for an image of somebody's own, by its labels. */
export function identityServiceOf(pod: Pod): IdentityService | undefined {
  for (const { image } of containersOf(pod)) {
    const found = image && images.find(([pattern]) => pattern.test(image.repository));
    if (found) return found[1];
  }
  for (const key of ["app.kubernetes.io/name", "app"]) {
    const label = pod.labels[key];
    if (typeof label === "string" && Object.hasOwn(names, label)) return names[label];
  }
  return undefined;
}
