import { isMap, join, type Manifest } from "../../manifest";
import { weakness } from "../../references";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { textMaps } from "../../texts";
import { defaultIn } from "./defaultCredentials";
import { asvs, secretsManagement } from "../frameworks";

const { framework, cwe } = weakness(1392, "Use of Default Credentials");

/**
 * No credential that a program comes with, wherever it stands: in Secrets and ConfigMaps, in a container's environment and
 * arguments, in a chart's values. The message names the key and never the value. What sign-in components ship is another
 * rule's.
 */
export const forbidDefaultCredentials: Rule = {
  name: "forbid-default-credentials",
  title: "No credentials that everybody knows",
  why:
    "Kubeflow Pipelines and MinIO come with credentials so that examples run; whoever keeps them has given every " +
    "pipeline's artifacts to everybody who reaches the object store.",
  mend: "Generate a value of your own, keep it outside of the repository, and replace it wherever the old one was used.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    asvs("13.2.3", "no credential between services is one that a program comes with"),
    secretsManagement,
    {
      id: "kubeflow/manifests mlpipeline-minio-artifact",
      url: "https://github.com/kubeflow/manifests/blob/master/applications/pipeline/upstream/third-party/seaweedfs/base/seaweedfs/mlpipeline-minio-artifact-secret.yaml",
      about: "the object store's credential of every default installation",
    },
  ],
  settings: [],
  check(manifest) {
    if (manifest.kind === "CustomResourceDefinition") return [];
    const maps = textMaps(manifest);
    return [
      ...maps.flatMap((map) =>
        inspect(() =>
          map
            .entries()
            .flatMap((entry) => inspect(() => textFindings(entry.field, entry.name, entry.read(), manifest.kind))),
        ),
      ),
      ...Object.keys(manifest)
        .filter((key) => !["metadata", "status"].includes(key) && !maps.some((map) => map.field === key))
        .flatMap((key) => valueFindings(key, key, () => manifest[key], manifest)),
    ];
  },
};

function valueFindings(field: string, name: string, read: () => unknown, manifest: Manifest): Finding[] {
  return inspect(() => {
    const value = read();
    if (typeof value === "string") return textFindings(field, name, value, manifest.kind);
    if (Array.isArray(value)) {
      const items = value as readonly unknown[];
      return Array.from({ length: items.length }, (_, index) => index).flatMap((index) =>
        valueFindings(join(field, index), name, () => items[index], manifest),
      );
    }
    if (!isMap(value)) return [];
    // A variable's name stands beside its value.
    const variable = Object.hasOwn(value, "value") && typeof value["name"] === "string" ? value["name"] : undefined;
    return Object.keys(value).flatMap((key) =>
      valueFindings(join(field, key), key === "value" ? (variable ?? name) : key, () => value[key], manifest),
    );
  });
}

function textFindings(field: string, name: string, text: string | undefined, kind: string): Finding[] {
  const what = text === undefined ? undefined : defaultIn(name, text);
  if (what === undefined) return [];
  const place = kind === "Secret" ? "" : " in a Secret";
  return [violation(field, `${field} holds ${what}. Generate a value of your own${place}, and rotate the old one.`)];
}
