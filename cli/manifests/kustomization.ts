import { inOrder } from "./applyOrder";
import { type ObjectId } from "./objectId";
import { stageFolder, stages, stagesOf } from "./stages";

export const kustomizationName = "kustomization.yaml";

/** Applies a stage and waits for what is in it, which the names of the files say. docs/7-gitops.md shows the same. */
export const applyStage = [
  "stage() (",
  '  kubectl apply --server-side -k "$1" || exit',
  '  for file in "$1"/*/*.yaml; do',
  '    case "${file##*/}" in',
  '      customresourcedefinition-*) kubectl wait --timeout=1m --for=condition=Established -f "$file" ;;',
  '      certificate-* | clusterissuer-* | issuer-*) kubectl wait --timeout=5m --for=condition=Ready -f "$file" ;;',
  '      daemonset-* | deployment-* | statefulset-*) kubectl rollout status --timeout=10m -f "$file" ;;',
  '      job-*) kubectl wait --timeout=5m --for=condition=Complete -f "$file" ;;',
  "      *webhookconfiguration-*)",
  "        kubectl wait --timeout=5m --for=jsonpath='{.webhooks[0].clientConfig.caBundle}' -f \"$file\" ;;",
  "    esac || exit",
  "  done",
  ")",
] as const;

/**
 * The order as kustomizations, one for each stage and one for all: kubectl, Argo CD and Flux read them, while a README
 * would have to be read by a person at each change.
 */
export function kustomizations(objects: readonly { id: ObjectId; file: string }[]): Map<string, string> {
  const present = stagesOf(inOrder(objects), ({ id }) => id).map(({ name, objects: inside }) => ({
    folder: stageFolder(name),
    holds: stages.find((stage) => stage.name === name)?.holds ?? "",
    files: inside.map(({ file }) => file),
  }));
  const folders = present.map(({ folder }) => folder);
  const ofStages = present.map(({ folder, holds, files }, index) => {
    const before = folders[index - 1];
    const header = [
      `Written by gatehouse: ${holds}.`,
      before === undefined ? "The first stage." : `To be applied when everything in ../${before} is ready.`,
      `How to wait for that, and for this: ../${kustomizationName}.`,
      "",
      `  kubectl apply --server-side -k ${folder}`,
    ];
    const resources = files.map((file) => file.slice(folder.length + 1));
    return [`${folder}/${kustomizationName}`, text(header, resources)] as const;
  });
  return new Map([[kustomizationName, text(howToApply(folders), folders)], ...ofStages]);
}

function howToApply(folders: readonly string[]): string[] {
  return [
    "Written by gatehouse. Values that only a real run makes are left out; generated.json lists them.",
    ...(folders.length < 2
      ? []
      : [
          "",
          "To be applied stage by stage. All at once, pods would start before their rules, and objects be refused whose",
          `definitions and webhooks are not there yet. The values have to be in the cluster after ${folders[0] ?? ""} and`,
          "before anything else. In this folder:",
          "",
          ...applyStage.map((line) => `  ${line}`),
          `  ${folders.map((folder) => `stage ${folder}`).join(" && ")}`,
        ]),
  ];
}

/** `fifo` keeps kustomize from sorting by its own list, which doesn't know our objects. */
function text(header: readonly string[], resources: readonly string[]): string {
  return [
    ...header.map((line) => `# ${line}`.trimEnd()),
    "apiVersion: kustomize.config.k8s.io/v1beta1",
    "kind: Kustomization",
    "sortOptions:",
    "  order: fifo",
    resources.length === 0 ? "resources: []" : "resources:",
    ...resources.map((resource) => `  - ${resource}`),
    "",
  ].join("\n");
}
