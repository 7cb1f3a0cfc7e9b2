import { join, listAt, mapAt } from "../../manifest";
import { cis, owasp, podSecurityStandards, weakness } from "../../references";
import { type Rule, violation } from "../../rule";
import { eachPod } from "./containers";

const { framework, cwe } = weakness(668, "Exposure of Resource to Wrong Sphere");

/** What the restricted policy lets a volume be. */
const types = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

/**
 * A volume is of a kind that can't be the node's own disk. A kind that nobody knows here is one that could be. Node
 * agents such as istio-cni need the disk, and are exempted one by one.
 */
export const limitVolumeTypes: Rule = {
  name: "limit-volume-types",
  title: "Volumes are never the node's disk",
  why:
    "A hostPath shows a pod the kubelet's credentials, the container runtime's socket and every other pod's Secrets; " +
    "network disks named in a pod bypass what storage classes allow.",
  mend: "Replace the volume by a persistentVolumeClaim, an emptyDir, or a configMap, secret or projected volume.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, owasp("K01"), podSecurityStandards, cis("5.2.11", "few HostPath volumes are admitted")],
  settings: [],
  check: (manifest) =>
    eachPod(manifest, (pod) => {
      const list = join(pod.field, "volumes");
      return listAt(pod.spec["volumes"], list).flatMap((item, index) => {
        const field = join(list, index);
        const volume = mapAt(item, field);
        return Object.keys(volume)
          .filter((key) => key !== "name" && !types.has(key) && volume[key] !== undefined && volume[key] !== null)
          .map((key) => {
            const place = join(field, key);
            const message = `${place} is a volume of the type ${key}. Use one of ${[...types].join(", ")}.`;
            return violation(place, message);
          });
      });
    }),
};
