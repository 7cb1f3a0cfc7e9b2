import { run } from "../../policy/crossguard";
import { type Manifest } from "../../policy/manifest";
import { type Finding, type Rule, type RuleContext } from "../../policy/rule";
import { defaultSettings } from "../../policy/settings";

/** What the SDK keeps out of its type declarations: how the engine's properties reach a policy. */
interface SdkProxy {
  unknownCheckingProxy<T extends object>(props: T): T;
  readonly unknownStringValue: string;
  readonly unknownObjectValue: string;
}
// eslint-disable-next-line @typescript-eslint/no-require-imports
const sdkProxy = require("@pulumi/policy/proxy") as SdkProxy;

export const { unknownCheckingProxy, unknownStringValue, unknownObjectValue } = sdkProxy;

export const context: RuleContext = { settings: defaultSettings, defaultNamespace: "default" };

/** A rule's findings on a manifest; the same through the SDK's proxy, which is how it meets a manifest in a deployment. */
export function findings(rule: Rule, manifest: Manifest, given: RuleContext = context): Finding[] {
  const plain = run(rule, manifest, given);
  const proxied = run(rule, unknownCheckingProxy(manifest), given);
  if (JSON.stringify(plain) !== JSON.stringify(proxied)) {
    throw new Error(`through the proxy: ${JSON.stringify(proxied)}, without: ${JSON.stringify(plain)}`);
  }
  return plain;
}

/** The messages of a rule's violations. */
export function messages(rule: Rule, manifest: Manifest, given: RuleContext = context): string[] {
  return findings(rule, manifest, given).map((finding) =>
    finding.kind === "violation" ? finding.message : `not checked: ${finding.field}`,
  );
}

/** A deep copy of a manifest, changed. */
export function mutated(manifest: Manifest, mutate: (copy: MutableManifest) => void): Manifest {
  const copy = structuredClone(manifest) as unknown as MutableManifest;
  mutate(copy);
  return copy as unknown as Manifest;
}

/** Lets a mutation reach any field of a fixture without naming its type. */
export interface MutableManifest {
  [field: string]: MutableValue;
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type MutableValue = any;
