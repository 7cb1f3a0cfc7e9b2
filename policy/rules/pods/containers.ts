import { join, type Manifest, mapAt } from "../../manifest";
import { type Container, containersOf, type Pod, podsOf } from "../../readers/pods";
import { type Finding, inspect } from "../../rule";

/** Looks at each container of an object by itself, so that what is unknown about one doesn't hide the others. */
export function eachContainer(manifest: Manifest, look: (pod: Pod, container: Container) => Finding[]): Finding[] {
  return eachPod(manifest, (pod) => containersOf(pod).flatMap((container) => inspect(() => look(pod, container))));
}

/**
 * Whether a pod may have the fields that remedies write: the API server refuses them in a pod for Windows
 * (https://kubernetes.io/docs/concepts/windows/intro/#compatibility-v1-pod-spec-containers-securitycontext).
 */
export function onLinux(pod: Pod): boolean {
  const os = join(pod.field, "os");
  return mapAt(pod.spec["os"], os)["name"] !== "windows";
}

export function eachPod(manifest: Manifest, look: (pod: Pod) => Finding[]): Finding[] {
  return podsOf(manifest).flatMap((pod) => inspect(() => look(pod)));
}
