import { parseAllDocuments } from "yaml";
import { identityProviderOf } from "../../components/identityProvider";
import { requiredMesh, valuesFor } from "../../components/requiredMesh";
import { namespaces } from "../../components/topology";
import { at, type Difference, listOf } from "../../documents/existing/difference";
import { meshProblems } from "../../documents/istio/meshProblems";
import { meshObjects, type RequiredMesh } from "../../documents/istio/requiredMesh";
import { hostsOf } from "../../stacks/hosts";
import { checkSettings } from "../../stacks/readSettings";
import { SettingsError } from "../../stacks/settingsError";
import { BadInput } from "../exit";
import { type StackConfig } from "../project/stackConfig";

export interface MeshOfStack {
  mesh: RequiredMesh;
  /** Whether the stack installs Istio itself, and what is said of an existing one is only what would be. */
  assumed: boolean;
}

/** Where most have it, and where the platform's own is; the values are the same in every namespace. */
const assumedIstio = { type: "existing", namespace: namespaces.istio } as const;

/** What the stack's Istio has to be, or would have to be: who thinks of one that exists can see it before the switch. */
export function meshOf(project: string, stack: string, config: StackConfig): MeshOfStack {
  const own = (key: string) => key.startsWith(`${project}:`);
  const name = (key: string) => key.slice(project.length + 1);
  const values = Object.fromEntries(
    Object.entries(config.values)
      .filter(([key]) => own(key))
      .map(([key, value]) => [name(key), value]),
  );
  const settings = checked({ project, stack, values, secretKeys: new Set(config.secretKeys.filter(own).map(name)) });
  const assumed = settings.istio.type !== "existing";
  const istio = settings.istio.type === "existing" ? settings.istio : assumedIstio;
  const provider = identityProviderOf(settings, hostsOf(settings.domain));
  return { mesh: requiredMesh({ ...settings, istio }, istio, provider), assumed };
}

/** A cluster's Istio can only be compared where the settings say which one it is. */
export function mustExist(project: string, { assumed }: MeshOfStack): void {
  if (assumed) {
    throw new BadInput("This stack installs Istio itself, with the values that it needs.", [
      {
        key: `${project}:istio.type`,
        value: JSON.stringify("installed"),
        mend: "write existing and the namespace, if the cluster has an Istio already",
      },
    ]);
  }
}

function checked(raw: Parameters<typeof checkSettings>[0]) {
  try {
    return checkSettings(raw);
  } catch (error) {
    throw error instanceof SettingsError
      ? new BadInput("The settings of this stack have problems.", error.problems)
      : error;
  }
}

export const printedValues = valuesFor;

/** Compares objects as `kubectl get -o yaml` writes them, one after the other or as a list. */
export function checkMesh(text: string, mesh: RequiredMesh): Difference[] {
  const objects = objectsIn(text);
  const idOf = (object: unknown) => {
    const parts = [at(object, "metadata", "namespace"), at(object, "metadata", "name")];
    return parts.filter((part) => typeof part === "string").join("/");
  };
  const find = (kind: string, id: string): unknown =>
    objects.find((object) => at(object, "kind") === kind && idOf(object) === id);
  const names = meshObjects(mesh);
  return meshProblems(
    {
      configMap: find("ConfigMap", names.configMap),
      injector: find("ConfigMap", names.injector),
      deployment: find("Deployment", names.deployment),
      webhook: find("MutatingWebhookConfiguration", names.webhook),
    },
    mesh,
  );
}

function objectsIn(text: string): unknown[] {
  const documents = parseAllDocuments(text, { logLevel: "silent" });
  return (Array.isArray(documents) ? documents : []).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      throw new BadInput("The file with the cluster's objects cannot be read.", [
        { key: "--check", value: error.code, mend: "write YAML or JSON, as kubectl get -o yaml does" },
      ]);
    }
    const value: unknown = document.toJS();
    return at(value, "kind") === "List" ? listOf(at(value, "items")) : [value];
  });
}
