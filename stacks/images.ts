import { type ChartImageName, type ImageName, lock } from "./lock";

/** A mirror of images: a registry, mostly with a path, such as `registry.example.com/mirror`. */
export type ImageMirror = string | undefined;

/** The parts of an image's reference: `quay.io`, `jetstack/cert-manager-webhook`, `:v1.21.2`. */
export interface ImageReference {
  registry: string;
  /** Path within the registry. */
  path: string;
  /** Tag and digest, with their delimiters. */
  version: string;
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md, with the registry always spelled out. */
const reference = /^(?<registry>[^/]+)\/(?<path>[^:@]+)(?<version>(?::[^@]+)?(?:@.+)?)$/;

export function parseReference(image: string): ImageReference {
  const { registry = "", path = "", version = "" } = reference.exec(image)?.groups ?? {};
  return { registry, path, version };
}

/** The same image in a mirror, which keeps every path below its own: only the registry is another. */
export function mirrored(image: string, mirror: ImageMirror): string {
  const { registry, path, version } = parseReference(image);
  return `${mirror ?? registry}/${path}${version}`;
}

/** Where an image of the program's own workloads comes from. */
export function imageOf(name: ImageName, mirror: ImageMirror): string {
  return mirrored(lock.images[name], mirror);
}

/** Registry, path without the last part, and tag of an image, as charts ask for them. */
export function chartImage(name: ChartImageName, mirror: ImageMirror): { hub: string; name: string; tag: string } {
  const { registry, path, version } = parseReference(mirrored(lock.chartImages[name], mirror));
  const at = path.lastIndexOf("/");
  return { hub: `${registry}/${path.slice(0, at)}`, name: path.slice(at + 1), tag: version.slice(1) };
}
