import { readFileSync } from "node:fs";
import { type ExemptionRule, exemptionRules } from "../../policy/exemptionRules";
import { exemptionProblems, exemptionsSchema } from "../../policy/exemptions";
import { type Environment, levelIn } from "../../policy/levels";
import { isMap, join } from "../../policy/manifest";
import { type EnforcementLevel, type Rule, type RuleFacts, type StackRule } from "../../policy/rule";
import { type ConfigSchema, schemaProblems } from "../../policy/schemaCheck";
import { defaultSettings, type Settings, settingSchemas } from "../../policy/settings";
import { BadInput, type Problem } from "../exit";
import { type Path, type SourceDocument } from "./document";
import { readJson } from "./jsonText";

/** The levels of the SDK. A scan changes nothing, so that `remediate` is what the SDK makes of it there: mandatory. */
const levels = ["advisory", "mandatory", "remediate", "disabled"] as const;
type Level = (typeof levels)[number];

/** What a pack's config says about one rule, or about all of them. */
interface RuleEntry {
  readonly level?: Level;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A config as `pulumi preview --policy-pack-config` takes it. */
export class PackConfig {
  readonly #entries: ReadonlyMap<string, RuleEntry>;
  /** The line of an exemption, to show where it stands. */
  readonly lineOf: (rule: string, index: number) => number;

  constructor(
    readonly file: string | undefined,
    entries: ReadonlyMap<string, RuleEntry>,
    document?: SourceDocument,
  ) {
    this.#entries = entries;
    this.lineOf = (rule, index) => document?.lineOf([rule, "exemptions", index]) ?? 1;
  }

  /** What a violation of a rule does: the rule's own level, `all` over it, and over both what the rule's entry says. */
  levelOf(rule: RuleFacts, environment: Environment): EnforcementLevel | "disabled" {
    const level = this.#entries.get(rule.name)?.level ?? this.#entries.get("all")?.level ?? levelIn(environment, rule);
    return level === "remediate" ? "mandatory" : level;
  }

  settingsOf(rule: RuleFacts): Settings {
    const { exemptions: _, ...settings } = this.#entries.get(rule.name)?.properties ?? {};
    return { ...defaultSettings, ...settings };
  }

  exemptionsOf(rule: RuleFacts): unknown {
    return this.#entries.get(rule.name)?.properties["exemptions"];
  }
}

export const noConfig = new PackConfig(undefined, new Map());

/** Reads a config; every problem at once, each with its line. */
export function readPackConfig(file: string, rules: readonly (Rule | StackRule)[]): PackConfig {
  const fail = (problems: readonly Problem[]): never => {
    throw new BadInput("The policy pack's config cannot be used; nothing was scanned.", problems);
  };
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const value = `can't be read (${(error as NodeJS.ErrnoException).code ?? "unreadable"})`;
    fail([{ key: file, value, mend: "name a JSON file that is there" }]);
  }
  const { documents, unreadable } = readJson(text.replace(/^\uFEFF/, ""));
  const [document, ...others] = documents;
  const [broken] = unreadable;
  if (broken) fail([{ key: `${file}:${broken.line}`, value: broken.reason, mend: "write one JSON object" }]);
  if (!document) return new PackConfig(file, new Map());
  const { value } = document;
  if (!isMap(value) || others.length > 0) {
    return fail([{ key: file, value: "not one object", mend: "write one JSON object with a key for each rule" }]);
  }
  const complaints = Object.keys(value).flatMap((key) => complaintsAbout(key, value[key], rules));
  if (complaints.length > 0) {
    fail(
      complaints.map(({ path, value, mend }) => ({
        key: `${file}:${document.lineOf(path)} ${path.reduce<string>((place, step) => join(place, step), "")}`,
        value,
        mend,
      })),
    );
  }
  return new PackConfig(file, new Map(Object.keys(value).map((key) => [key, entryOf(value[key])])), document);
}

function entryOf(value: unknown): RuleEntry {
  if (!isMap(value)) return { level: value as Level, properties: {} };
  const { enforcementLevel, ...properties } = value;
  return { ...(enforcementLevel !== undefined && { level: enforcementLevel as Level }), properties };
}

interface Complaint {
  path: Path;
  value: string;
  mend: string;
}

function complaintsAbout(key: string, value: unknown, rules: readonly (Rule | StackRule)[]): Complaint[] {
  const facts = [...rules, ...exemptionRules].find(({ name }) => name === key);
  const complain = (path: Path, said: string, mend: string): Complaint => ({ path: [key, ...path], value: said, mend });
  if (!facts && key !== "all") {
    return [complain([], "no rule of this pack", `correct the name; there is ${nearest(key, rules)}`)];
  }
  const badLevel = (level: unknown, path: Path): Complaint[] =>
    levels.some((known) => known === level) ? [] : [complain(path, "no level", `write one of ${levels.join(", ")}`)];
  if (!isMap(value)) return badLevel(value, []);
  const { enforcementLevel, ...properties } = value;
  const own = facts ? schemasOf(facts) : {};
  return [
    ...("enforcementLevel" in value ? badLevel(enforcementLevel, ["enforcementLevel"]) : []),
    ...Object.keys(properties).flatMap((name) => {
      const schema = Object.entries(own).find(([setting]) => setting === name)?.[1];
      if (!schema) {
        const known = ["enforcementLevel", ...Object.keys(own)].join(", ");
        return [complain([name], "not a setting of this rule", `remove it; there are ${known}`)];
      }
      const problems = schemaProblems(schema, properties[name], [name]);
      if (problems.length > 0) {
        return problems.map(({ path, wrong }) => complain(path, wrong, schema.description ?? "correct it"));
      }
      if (name !== "exemptions") return [];
      return (properties[name] as unknown[]).flatMap((item, index) =>
        exemptionProblems(item, index).map((wrong) => complain([name, index, "expires"], wrong, "write YYYY-MM-DD")),
      );
    }),
  ];
}

/** What a rule's config may hold: nothing but its level for the rules about exemptions. */
function schemasOf(facts: Rule | StackRule | ExemptionRule): Record<string, ConfigSchema> {
  if ("remarks" in facts) return {};
  const settings = facts.settings.map((key): [string, ConfigSchema] => [key, settingSchemas[key]]);
  return { ...Object.fromEntries(settings), exemptions: exemptionsSchema };
}

/** The rules whose names share most words with a name that there isn't. */
function nearest(name: string, rules: readonly RuleFacts[]): string {
  const words = name.split("-");
  const shared = (rule: string): number => rule.split("-").filter((word) => words.includes(word)).length;
  const sorted = rules.map((rule) => rule.name).sort((a, b) => shared(b) - shared(a));
  return sorted.slice(0, 3).join(", ");
}
