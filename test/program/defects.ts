import { type Environment, levelIn } from "../../policy/levels";
import { rules, stackRules } from "../../policy/pack";
import { type Finding, memberOf, type RuleFacts } from "../../policy/rule";
import { run, runTogether } from "../../policy/run";
import { defaultSettings } from "../../policy/settings";
import { type Manifest as PolicyManifest } from "../../policy/manifest";
import { openSecrets } from "./openSecrets";
import { type Manifest, type Recording } from "./recording";
import { schemaProblems } from "./schemas";

const nameOf = ({ kind, metadata: { namespace, name } }: Manifest) =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

/**
 * What no stack may have, whatever its settings: an object that the API server would refuse or drop a field of, one that
 * the policy pack rejects in the stack's environment, one that is declared twice, or a secret in the open. `given` are
 * secrets of the settings.
 */
export async function defectsOf(
  recording: Recording,
  given: readonly string[] = [],
  environment: Environment = "prod",
): Promise<string[]> {
  const manifests = recording.objects.map(({ manifest }) => manifest);
  const names = manifests.map((manifest) => `${manifest.apiVersion.split("/")[0]} ${nameOf(manifest)}`);
  return [
    ...(await Promise.all(manifests.map((manifest) => refused(manifest, environment)))).flat(),
    ...violationsTogether(manifests, environment),
    ...names.filter((name, index) => names.indexOf(name) < index).map((name) => `${name} is declared twice`),
    ...openSecrets(recording, given).open,
  ];
}

const known = new Map<string, Promise<string[]>>();

/** What the API server and the pack have against an object; most objects are the same in many recordings. */
function refused(manifest: Manifest, environment: Environment): Promise<string[]> {
  const text = `${environment} ${JSON.stringify(manifest)}`;
  const found = known.get(text) ?? problemsOf(manifest, environment);
  known.set(text, found);
  return found;
}

async function problemsOf(manifest: Manifest, environment: Environment): Promise<string[]> {
  const schema = await schemaProblems(manifest);
  return [...schema.map((problem) => `${nameOf(manifest)}: ${problem}`), ...violations(manifest, environment)];
}

const isMandatoryIn = (environment: Environment) => (rule: RuleFacts) => levelIn(environment, rule) === "mandatory";

/** What the pack's mandatory rules have against an object; what they cannot look at counts. */
function violations(manifest: Manifest, environment: Environment): string[] {
  const context = { settings: defaultSettings, defaultNamespace: "default" };
  return rules
    .filter(isMandatoryIn(environment))
    .flatMap((rule) =>
      run(rule, manifest as unknown as PolicyManifest, context).map((finding) => said(nameOf(manifest), rule, finding)),
    );
}

/** The same for the rules over all objects. */
function violationsTogether(manifests: readonly Manifest[], environment: Environment): string[] {
  const members = manifests.map((manifest) => memberOf(manifest as unknown as PolicyManifest, () => "default"));
  return stackRules
    .filter(isMandatoryIn(environment))
    .flatMap((rule) =>
      runTogether(rule, members, { settings: defaultSettings }).map(({ about, finding }) =>
        said(about === undefined ? "all" : nameOf(about.manifest as unknown as Manifest), rule, finding),
      ),
    );
}

function said(name: string, rule: RuleFacts, finding: Finding): string {
  return finding.kind === "violation"
    ? `${name}: ${finding.message}`
    : `${name}: ${rule.name} cannot look at ${finding.field}`;
}
