import { join, type Manifest, mapAt } from "./manifest";
import { type Settings } from "./settings";

export type Severity = "low" | "medium" | "high" | "critical";

/** What a violation does to a deployment when the pack's config says nothing else. */
export type EnforcementLevel = "advisory" | "mandatory";

/** A published source for a rule: a weakness class, an advisory, an upstream document. */
export interface Reference {
  /** The identifier people search for, for example `CWE-295` or `CVE-2026-31837`. */
  readonly id: string;
  readonly url: string;
  /** What the source says, in a few words. */
  readonly about: string;
}

/** The framework entry that the SDK shows beside a policy; it has room for one. */
export interface Framework {
  readonly name: string;
  readonly version: string;
  /** The entry's identifier inside the framework. */
  readonly reference: string;
  /** The entry's title. */
  readonly specification: string;
}

/** Something in a manifest that a rule rejects. */
export interface Violation {
  readonly kind: "violation";
  /** Where it stands, as a path that can be searched for in the manifest. */
  readonly field: string;
  /** What is wrong, with field and value, and how to mend it. */
  readonly message: string;
  /** What a machine may write into the field, where the rule has a remedy for this. */
  readonly mended?: Mended;
}

/** A field's value after a remedy; `undefined` takes the field away. */
export interface Mended {
  readonly value: unknown;
}

/** Something that a rule could not look at, because its value is made by the deployment itself. */
export interface Unchecked {
  readonly kind: "unchecked";
  readonly field: string;
  readonly cause: UnknownValue;
}

export type Finding = Violation | Unchecked;

/** What a rule may know besides the manifest. */
export interface RuleContext {
  readonly settings: Settings;
  /** The namespace of a namespaced object that names none. */
  readonly defaultNamespace: string;
}

/** What people need to know about a rule, whatever it looks at. */
export interface RuleFacts {
  /** Kebab-case, starting with one of the verbs forbid, require, limit. */
  readonly name: string;
  /** The name in a person's words. */
  readonly title: string;
  /** Why the rule exists: what goes wrong without it. */
  readonly why: string;
  /** How to mend a violation. */
  readonly mend: string;
  /** What the level `remediate` writes, and why nobody has to be asked, in a sentence; absent where it writes nothing. */
  readonly remedy?: string;
  readonly severity: Severity;
  readonly enforcementLevel: EnforcementLevel;
  /** Set where one person's cluster may do without: there a violation is shown and stops nothing. */
  readonly inDev?: "advisory";
  readonly framework: Framework;
  readonly references: readonly Reference[];
  /** The pack's settings that the rule reads. */
  readonly settings: readonly (keyof Settings)[];
}

/** One rule of the pack: a pure predicate over a manifest. */
export interface Rule extends RuleFacts {
  check(manifest: Manifest, context: RuleContext): Finding[];
}

/** An object among those that are deployed together. */
export interface Member {
  readonly manifest: Manifest;
  /**
   * Where it is, also where it names no namespace itself. An object of the whole cluster has one as well, which means
   * nothing. Read when asked for, because it can be unknown at preview.
   */
  readonly namespace: string;
}

/** What a rule over several objects found, and about which of them; about none where something is missing altogether. */
export interface StackFinding {
  readonly about: Member | undefined;
  readonly finding: Finding;
}

/** A rule that can judge an object only by what else there is: a policy by the one that has to stand beside it. */
export interface StackRule extends RuleFacts {
  checkTogether(members: readonly Member[], context: StackContext): StackFinding[];
}

/** An object with the namespace that it gets where it names none. */
export function memberOf(manifest: Manifest, defaultNamespace: () => string): Member {
  return {
    manifest,
    get namespace() {
      const own = mapAt(manifest["metadata"], "metadata")["namespace"];
      return typeof own === "string" && own !== "" ? own : defaultNamespace();
    },
  };
}

export type StackContext = Pick<RuleContext, "settings">;

export function violation(field: string, message: string, mended?: Mended): Violation {
  return { kind: "violation", field, message, ...(mended && { mended }) };
}

/**
 * The signal that a value is unknown at preview, thrown when it is read.
 *
 * Known by its shape: rules run in the scan too, which has no business loading the SDK that declares the class.
 */
export interface UnknownValue extends Error {
  readonly props: readonly PropertyKey[];
}

export function isUnknownValue(error: unknown): error is UnknownValue {
  return error instanceof Error && "unknownTypeSentinel" in error && "props" in error && Array.isArray(error.props);
}

/** Looks at one place; a value unknown at preview hides that place and nothing else. */
export function inspect(look: () => Finding[]): Finding[] {
  try {
    return look();
  } catch (error) {
    if (!isUnknownValue(error)) throw error;
    return [unchecked(error)];
  }
}

export function unchecked(cause: UnknownValue): Unchecked {
  return { kind: "unchecked", field: pathOf(cause.props), cause };
}

function pathOf(props: readonly PropertyKey[]): string {
  return props.map(String).reduce((path, key) => join(path, /^\d+$/.test(key) ? Number(key) : key), "");
}
