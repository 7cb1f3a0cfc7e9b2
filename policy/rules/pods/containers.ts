import { type Manifest } from "../../manifest";
import { type Container, containersOf, type Pod, podsOf } from "../../readers/pods";
import { type Finding, inspect } from "../../rule";

/** Looks at each container of an object by itself, so that what is unknown about one doesn't hide the others. */
export function eachContainer(manifest: Manifest, look: (pod: Pod, container: Container) => Finding[]): Finding[] {
  return eachPod(manifest, (pod) => containersOf(pod).flatMap((container) => inspect(() => look(pod, container))));
}

export function eachPod(manifest: Manifest, look: (pod: Pod) => Finding[]): Finding[] {
  return podsOf(manifest).flatMap((pod) => inspect(() => look(pod)));
}
