import { parseAllDocuments } from "yaml";
import { identityProviderOf } from "../../components/identityProvider";
import { requiredMesh, valuesFor } from "../../components/requiredMesh";
import { at, type Difference, listOf } from "../../documents/existing/difference";
import { meshProblems } from "../../documents/istio/meshProblems";
import { meshObjects, type RequiredMesh } from "../../documents/istio/requiredMesh";
import { hostsOf } from "../../stacks/hosts";
import { checkSettings } from "../../stacks/readSettings";
import { SettingsError } from "../../stacks/settingsError";
import { BadInput } from "../exit";
import { type StackConfig } from "../project/stackConfig";

/** What the stack's Istio has to be, if it is one that exists already. */
export function meshOf(project: string, stack: string, config: StackConfig): RequiredMesh {
  const own = (key: string) => key.startsWith(`${project}:`);
  const name = (key: string) => key.slice(project.length + 1);
  const values = Object.fromEntries(
    Object.entries(config.values)
      .filter(([key]) => own(key))
      .map(([key, value]) => [name(key), value]),
  );
  const settings = checked({ project, stack, values, secretKeys: new Set(config.secretKeys.filter(own).map(name)) });
  if (settings.istio.type !== "existing") {
    throw new BadInput("This stack installs Istio itself, with the values that it needs.", [
      {
        key: `${project}:istio.type`,
        value: JSON.stringify(settings.istio.type),
        mend: "write existing and the namespace, if the cluster has an Istio already",
      },
    ]);
  }
  return requiredMesh(settings, settings.istio, identityProviderOf(settings, hostsOf(settings.domain)));
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
