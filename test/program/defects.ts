import { rules } from "../../policy/pack";
import { run } from "../../policy/run";
import { defaultSettings } from "../../policy/settings";
import { type Manifest as PolicyManifest } from "../../policy/manifest";
import { openSecrets } from "./openSecrets";
import { type Manifest, type Recording } from "./recording";
import { schemaProblems } from "./schemas";

const nameOf = ({ kind, metadata: { namespace, name } }: Manifest) =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

/**
 * What no stack may have, whatever its settings: an object that the API server would refuse or drop a field of, one that
 * the policy pack rejects, one that is declared twice, or a secret in the open. `given` are secrets of the settings.
 */
export async function defectsOf(recording: Recording, given: readonly string[] = []): Promise<string[]> {
  const manifests = recording.objects.map(({ manifest }) => manifest);
  const names = manifests.map((manifest) => `${manifest.apiVersion.split("/")[0]} ${nameOf(manifest)}`);
  return [
    ...(await Promise.all(manifests.map(refused))).flat(),
    ...names.filter((name, index) => names.indexOf(name) < index).map((name) => `${name} is declared twice`),
    ...openSecrets(recording, given).open,
  ];
}

const known = new Map<string, Promise<string[]>>();

/** What the API server and the pack have against an object; most objects are the same in many recordings. */
function refused(manifest: Manifest): Promise<string[]> {
  const text = JSON.stringify(manifest);
  const found = known.get(text) ?? problemsOf(manifest);
  known.set(text, found);
  return found;
}

async function problemsOf(manifest: Manifest): Promise<string[]> {
  const schema = await schemaProblems(manifest);
  return [...schema.map((problem) => `${nameOf(manifest)}: ${problem}`), ...violations(manifest)];
}

/** What the pack's mandatory rules have against an object; what they cannot look at counts. */
function violations(manifest: Manifest): string[] {
  const context = { settings: defaultSettings, defaultNamespace: "default" };
  return rules
    .filter(({ enforcementLevel }) => enforcementLevel === "mandatory")
    .flatMap((rule) =>
      run(rule, manifest as unknown as PolicyManifest, context).map((finding) =>
        finding.kind === "violation"
          ? `${nameOf(manifest)}: ${finding.message}`
          : `${nameOf(manifest)}: ${rule.name} cannot look at ${finding.field}`,
      ),
    );
}
