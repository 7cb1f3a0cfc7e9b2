import {
  type ResourceValidation,
  type ResourceValidationArgs,
  type StackValidation,
  type StackValidationArgs,
} from "@pulumi/policy";
import { crossguardPolicy, crossguardStackPolicy } from "../../../policy/crossguard";
import { groupOf, type Manifest } from "../../../policy/manifest";
import { type Rule, type StackRule } from "../../../policy/rule";
import { unknownCheckingProxy } from "../support";

/** The type of the resource that a program declares for an object. */
export function typeOf(manifest: Manifest): string {
  const group = groupOf(manifest);
  return `kubernetes:${group === "" ? `core/${manifest.apiVersion}` : manifest.apiVersion}:${manifest.kind}`;
}

/** What a rule's CrossGuard policy says of objects that a program declares; of unknown values as the SDK reports them. */
export function deployed(rule: Rule | StackRule, manifests: readonly Manifest[]): string[] {
  const messages: string[] = [];
  const report = (message: string) => void messages.push(message);
  const resources = manifests.map((manifest, index) => ({
    urn: `urn:${index}`,
    type: typeOf(manifest),
    props: unknownCheckingProxy(manifest),
  }));
  const getConfig = () => ({});
  const unlessUnknown = (look: () => unknown) => {
    try {
      look();
    } catch (error) {
      if (!(error instanceof Error && "unknownTypeSentinel" in error)) throw error;
      report(`not checked: ${error.message}`);
    }
  };
  if ("check" in rule) {
    const { validateResource } = crossguardPolicy(rule) as { validateResource: ResourceValidation };
    for (const resource of resources) {
      const args = { ...resource, getConfig } as unknown as ResourceValidationArgs;
      unlessUnknown(() => validateResource(args, report));
    }
  } else {
    const { validateStack } = crossguardStackPolicy(rule) as { validateStack: StackValidation };
    unlessUnknown(() => validateStack({ resources, getConfig } as unknown as StackValidationArgs, report));
  }
  return messages;
}
