import { run, runTogether } from "../../policy/run";
import { type Manifest } from "../../policy/manifest";
import {
  type Finding,
  type Member,
  memberOf,
  type Rule,
  type RuleContext,
  type RuleFacts,
  type StackContext,
  type StackRule,
} from "../../policy/rule";
import { defaultSettings } from "../../policy/settings";

/** What the SDK keeps out of its type declarations: how the engine's properties reach a policy. */
interface SdkProxy {
  readonly unknownCheckingProxy: <T extends object>(props: T) => T;
  readonly UnknownValueError: new (sentinel: string, path: string[]) => Error;
  readonly unknownStringValue: string;
  readonly unknownObjectValue: string;
}
// eslint-disable-next-line @typescript-eslint/no-require-imports
const sdkProxy = require("@pulumi/policy/proxy") as SdkProxy;

export const { unknownCheckingProxy, UnknownValueError, unknownStringValue, unknownObjectValue } = sdkProxy;

export const context: RuleContext = { settings: defaultSettings, defaultNamespace: "default" };

/** What a rule says of itself, where a test is about what it does. */
export const ruleFacts: RuleFacts = {
  name: "forbid-nothing",
  title: "Nothing",
  why: "For tests.",
  mend: "Nothing to mend.",
  severity: "low",
  enforcementLevel: "advisory",
  framework: { name: "CWE", version: "4", reference: "CWE-0", specification: "None" },
  references: [{ id: "CWE-0", url: "https://example.com/0", about: "nothing" }],
  settings: [],
};

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

/**
 * A copy of a fixture with some fields changed. A path names its steps with dots between them (`~` for a dot inside a
 * key); `undefined` removes the field.
 */
export function changed(fixture: Manifest, changes: Readonly<Record<string, unknown>>): Manifest {
  // Through JSON, which gives two places that share an object an object each.
  const copy = JSON.parse(JSON.stringify(fixture)) as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const keys = path
      .replace(/\[(\d+)\]/g, ".$1")
      .split(".")
      .map((key) => key.replaceAll("~", "."));
    const last = keys.pop() ?? "";
    const parent = keys.reduce((place, key) => (place[key] ??= {}) as Record<string, unknown>, copy);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return copy as unknown as Manifest;
}

/** What a rule over several objects says, each with the place of its object among them; -1 where it is about none. */
export function together(
  rule: StackRule,
  manifests: readonly Manifest[],
  given: StackContext = context,
): [at: number, message: string][] {
  const { plain, proxied } = membersOf(manifests);
  const look = (members: readonly Member[]) =>
    runTogether(rule, members, given).map(({ about, finding }): [number, string] => [
      about === undefined ? -1 : members.indexOf(about),
      finding.kind === "violation" ? finding.message : `not checked: ${finding.field}`,
    ]);
  const [found, through] = [look(plain), look(proxied)];
  if (JSON.stringify(found) !== JSON.stringify(through)) {
    throw new Error(`through the proxy: ${JSON.stringify(through)}, without: ${JSON.stringify(found)}`);
  }
  return found;
}

interface Members {
  readonly plain: readonly Member[];
  /** Each through the SDK's proxy. */
  readonly proxied: readonly Member[];
}

const remembered = new WeakMap<readonly Manifest[], Members>();

/** The same members for the same manifests: in a scan and in a deployment, too, all rules look at one list. */
function membersOf(manifests: readonly Manifest[]): Members {
  const members = remembered.get(manifests) ?? {
    plain: manifests.map((manifest) => memberOf(manifest, () => "default")),
    proxied: manifests.map((manifest) => memberOf(unknownCheckingProxy(manifest), () => "default")),
  };
  remembered.set(manifests, members);
  return members;
}
