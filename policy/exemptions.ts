import { groupOf, mapAt, nameOf } from "./manifest";
import { type Finding, type Member } from "./rule";
import { type ConfigSchema, placeOf, schemaProblems } from "./schemaCheck";

/** One object that may violate one rule until a day, and why. */
export interface Exemption {
  /** As in the manifest, or with its group as kubectl writes it: `Gateway.networking.istio.io`. */
  readonly kind: string;
  /** The object's namespace, `*` for any of them; nothing for an object that names none, such as a ClusterRole. */
  readonly namespace?: string;
  readonly name: string;
  readonly reason: string;
  /** The last day that it holds, in UTC: `2026-12-31`. */
  readonly expires: string;
}

const label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

/**
 * The setting `exemptions` of every rule.
 *
 * Kind and name are exact: a pattern would exempt what somebody adds later. The namespace can be `*`, because Kubeflow
 * makes the same objects in each person's namespace, and nobody knows today who comes tomorrow.
 */
export const exemptionsSchema: ConfigSchema = {
  type: "array",
  description:
    "Objects that may violate this rule, each with a reason and its last day (UTC); without a namespace the object must " +
    "name none, and * is every namespace.",
  default: [],
  items: {
    type: "object",
    properties: {
      kind: { type: "string", pattern: "^[A-Z][A-Za-z0-9]{0,62}([.][a-z0-9][-a-z0-9.]{0,252})?$" },
      namespace: { type: "string", pattern: `^([*]|${label})$` },
      name: { type: "string", pattern: "^[^*\\s]{1,253}$" },
      reason: { type: "string", pattern: "^\\S.{8,}" },
      expires: { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
    },
    required: ["kind", "name", "reason", "expires"],
    additionalProperties: false,
  },
};

/** The day in UTC, as exemptions write it. */
export function todayInUtc(): string {
  return new Date().toISOString().slice(0, 10);
}

/** Something about an exemption that people should know. */
export interface Remark {
  readonly kind: "malformed" | "expired" | "unused";
  readonly rule: string;
  /** Its place in the rule's list. */
  readonly index: number;
  /** The object that it is for, as far as that can be read. */
  readonly about: Partial<Pick<Exemption, "kind" | "namespace" | "name">>;
  readonly message: string;
}

interface Entry {
  readonly exemption: Exemption;
  readonly index: number;
  used: boolean;
}

/** The exemptions of one rule. */
export class RuleExemptions {
  readonly #today: string;
  readonly #entries: Entry[] = [];
  readonly #malformed: Remark[] = [];
  /** How many violations did not count. */
  exempted = 0;

  constructor(
    readonly rule: string,
    configured: unknown,
    today: string,
  ) {
    this.#today = today;
    const whole = schemaProblems({ ...exemptionsSchema, items: undefined }, configured);
    for (const { wrong } of whole) this.#malformed.push(this.#remark("malformed", 0, {}, `exemptions ${wrong}.`));
    for (const [index, item] of Array.isArray(configured) ? (configured as unknown[]).entries() : []) {
      const problems = exemptionProblems(item, index);
      if (problems.length === 0) this.#entries.push({ exemption: item as Exemption, index, used: false });
      for (const problem of problems) {
        this.#malformed.push(this.#remark("malformed", index, aboutOf(item), `${problem} It exempts nothing.`));
      }
    }
  }

  /** What is left of the findings about an object. */
  apply(member: Member, findings: readonly Finding[]): Finding[] {
    if (findings.length === 0 || this.#entries.length === 0) return [...findings];
    const entries = this.#entries.filter(({ exemption }) => concerns(exemption, member));
    // Also where the value is not known yet: the violation may still come.
    for (const entry of entries) entry.used = true;
    const [expired] = entries;
    if (!expired) return [...findings];
    const holds = entries.some((entry) => !this.#isOver(entry));
    return findings.flatMap((finding): Finding[] => {
      if (finding.kind !== "violation") return [finding];
      if (!holds) {
        const note = ` Its exemption ended on ${expired.exemption.expires}.`;
        return [{ ...finding, message: `${finding.message}${note}` }];
      }
      this.exempted += 1;
      return [];
    });
  }

  remarks(): Remark[] {
    const said = this.#entries.flatMap((entry): Remark[] => {
      const { exemption, index, used } = entry;
      const { expires, reason } = exemption;
      if (this.#isOver(entry)) {
        return [
          this.#remark(
            "expired",
            index,
            exemption,
            `The exemption of ${labelOf(exemption)} from ${this.rule} ended on ${expires} (${reason}). Mend the ` +
              "object and remove the exemption, or give it a new last day with the reason of today.",
          ),
        ];
      }
      if (used) return [];
      const message = `The exemption of ${labelOf(exemption)} from ${this.rule} matches no violation. Remove it.`;
      return [this.#remark("unused", index, exemption, message)];
    });
    return [...this.#malformed, ...said];
  }

  /** Dates of this form are ordered as texts are. */
  #isOver({ exemption }: Entry): boolean {
    return exemption.expires < this.#today;
  }

  #remark(kind: Remark["kind"], index: number, about: Remark["about"], message: string): Remark {
    const { kind: of, namespace, name } = about;
    const object = { ...(of && { kind: of }), ...(namespace && { namespace }), ...(name && { name }) };
    return {
      kind,
      rule: this.rule,
      index,
      about: object,
      message: kind === "malformed" ? `${this.rule}: ${message}` : message,
    };
  }
}

/** The exemptions of all rules, and what became of them. */
export class Exemptions {
  readonly #today: () => string;
  readonly #rules = new Map<string, { configured: string; exemptions: RuleExemptions }>();

  constructor(today: () => string = todayInUtc) {
    this.#today = today;
  }

  /** A rule's exemptions as its config has them; the same list again is the same exemptions. */
  of(rule: string, configured: unknown = []): RuleExemptions {
    const text = JSON.stringify(configured);
    const known = this.#rules.get(rule);
    if (known?.configured === text) return known.exemptions;
    const exemptions = new RuleExemptions(rule, configured, this.#today());
    this.#rules.set(rule, { configured: text, exemptions });
    return exemptions;
  }

  /** How many violations did not count. */
  get exempted(): number {
    return [...this.#rules.values()].reduce((sum, { exemptions }) => sum + exemptions.exempted, 0);
  }

  remarks(kinds: readonly Remark["kind"][]): Remark[] {
    return [...this.#rules.values()].flatMap(({ exemptions }) =>
      exemptions.remarks().filter(({ kind }) => kinds.includes(kind)),
    );
  }
}

/** What is wrong with one entry of the list, in sentences. */
export function exemptionProblems(item: unknown, index: number): string[] {
  const schema = exemptionsSchema.items as ConfigSchema;
  const problems = schemaProblems(schema, item, ["exemptions", index]);
  if (problems.length > 0) return problems.map((problem) => `${placeOf(problem)} ${problem.wrong}.`);
  const { expires } = item as Exemption;
  return isDay(expires) ? [] : [`exemptions[${index}].expires is ${expires}, a day that no calendar has.`];
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Nothing that can't be read, or isn't known yet, is exempted. */
function concerns({ kind, namespace, name }: Exemption, member: Member): boolean {
  try {
    const { manifest } = member;
    if (nameOf(manifest) !== name) return false;
    if (kind !== manifest.kind && kind !== `${manifest.kind}.${groupOf(manifest)}`) return false;
    if (namespace === "*") return true;
    if (namespace !== undefined) return member.namespace === namespace;
    return (mapAt(manifest["metadata"], "metadata")["namespace"] ?? "") === "";
  } catch {
    return false;
  }
}

function labelOf({ kind, namespace, name }: Exemption): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function aboutOf(item: unknown): Remark["about"] {
  const { kind, namespace, name } = (typeof item === "object" && item !== null ? item : {}) as Record<string, unknown>;
  return {
    ...(typeof kind === "string" && { kind }),
    ...(typeof namespace === "string" && { namespace }),
    ...(typeof name === "string" && { name }),
  };
}
