import { join } from "node:path";
import { lock } from "../../stacks/lock";
import { namespaces } from "../../stacks/namespaces";
import { layout } from "../node/layout";
import { onClient } from "../node/machines";

interface PodList {
  items: {
    metadata: { namespace: string; name: string };
    spec: { containers: { image: string }[]; initContainers?: { image: string }[] };
  }[];
}

/** Sees that what runs is what the lock says, so that a mirror of the lock has all that the platform needs. */
export async function imagesAreLocked(): Promise<string> {
  const kubectl = join(layout().path, "kubectl");
  const said = await onClient([kubectl, "get", "pods", "--all-namespaces", "--output", "json"], {
    env: { ...process.env, KUBECONFIG: layout().kubeconfig },
  });
  return judgeImages(JSON.parse(said) as PodList);
}

export function judgeImages({ items }: PodList): string {
  const locked = new Set([...Object.values(lock.images), ...Object.values(lock.chartImages)]);
  const own: readonly string[] = Object.values(namespaces);
  const used = new Map<string, string>();
  for (const { metadata, spec } of items.filter((pod) => own.includes(pod.metadata.namespace))) {
    for (const { image } of [...(spec.initContainers ?? []), ...spec.containers]) {
      used.set(image, `${metadata.namespace}/${metadata.name}`);
    }
  }
  const foreign = [...used].filter(([image]) => !locked.has(image));
  if (used.size === 0 || foreign.length > 0) {
    throw new Error(
      used.size === 0
        ? "no pod of the platform runs"
        : `not in the lock: ${foreign.map(([image, pod]) => `${image} of ${pod}`).join(", ")}`,
    );
  }
  return `${used.size} images run, each of them in the lock`;
}
