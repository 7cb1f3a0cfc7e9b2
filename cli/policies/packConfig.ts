import { readFileSync } from "node:fs";
import { exemptionProblems, exemptionsSchema } from "../../policy/exemptions";
import { isMap, join } from "../../policy/manifest";
import { type ConfigSchema, schemaProblems } from "../../policy/schemaCheck";
import { BadInput, type Problem } from "../exit";
import { type Path, type SourceDocument } from "../scan/document";
import { readJson } from "../scan/jsonText";

/** The levels of the SDK. */
const levels = ["advisory", "mandatory", "remediate", "disabled"] as const;
export type Level = (typeof levels)[number];

/** A policy as far as a config is about it. */
export interface ConfigurablePolicy {
  readonly name: string;
  readonly settings: Readonly<Record<string, ConfigSchema>>;
}

interface Entry {
  readonly level?: Level;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A pack's config as `pulumi preview --policy-pack-config` takes it. */
export class PackConfig {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #document: SourceDocument | undefined;

  constructor(
    readonly file?: string,
    entries: ReadonlyMap<string, Entry> = new Map(),
    document?: SourceDocument,
  ) {
    this.#entries = entries;
    this.#document = document;
  }

  /** What a policy's own entry says, and under it the one for all; nothing where the policy's own level holds. */
  levelOf(policy: string): Level | undefined {
    return this.#entries.get(policy)?.level ?? this.#entries.get("all")?.level;
  }

  propertiesOf(policy: string): Readonly<Record<string, unknown>> {
    return this.#entries.get(policy)?.properties ?? {};
  }

  /** Where an exemption stands. */
  lineOf(policy: string, index: number): number {
    return this.#document?.lineOf([policy, "exemptions", index]) ?? 1;
  }
}

/** Reads a config for these policies; every problem at once, each with its line. */
export function readPackConfig(file: string, policies: readonly ConfigurablePolicy[]): PackConfig {
  const fail = (problems: readonly Problem[]): never => {
    throw new BadInput("The policy pack's config cannot be used.", problems);
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
  if (!document) return new PackConfig(file);
  const { value } = document;
  if (!isMap(value) || others.length > 0) {
    return fail([{ key: file, value: "not one object", mend: "write one JSON object with a key for each rule" }]);
  }
  const complaints = Object.keys(value).flatMap((key) => complaintsAbout(key, value[key], policies));
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

function entryOf(value: unknown): Entry {
  if (!isMap(value)) return { level: value as Level, properties: {} };
  const { enforcementLevel, ...properties } = value;
  return { ...(enforcementLevel !== undefined && { level: enforcementLevel as Level }), properties };
}

interface Complaint {
  path: Path;
  value: string;
  mend: string;
}

function complaintsAbout(key: string, value: unknown, policies: readonly ConfigurablePolicy[]): Complaint[] {
  const policy = policies.find(({ name }) => name === key);
  const complain = (path: Path, said: string, mend: string): Complaint => ({ path: [key, ...path], value: said, mend });
  if (!policy && key !== "all") {
    return [complain([], "no rule of this pack", `correct the name; there is ${nearest(key, policies)}`)];
  }
  const badLevel = (level: unknown, path: Path): Complaint[] =>
    levels.some((known) => known === level) ? [] : [complain(path, "no level", `write one of ${levels.join(", ")}`)];
  if (!isMap(value)) return badLevel(value, []);
  const { enforcementLevel, ...properties } = value;
  const settings = policy?.settings ?? {};
  return [
    ...("enforcementLevel" in value ? badLevel(enforcementLevel, ["enforcementLevel"]) : []),
    ...Object.keys(properties).flatMap((name) => {
      const schema = Object.entries(settings).find(([setting]) => setting === name)?.[1];
      if (!schema) {
        const known = ["enforcementLevel", ...Object.keys(settings)].join(", ");
        return [complain([name], "not a setting of this rule", `remove it; there are ${known}`)];
      }
      const problems = schemaProblems(schema, properties[name], [name]);
      if (problems.length > 0) {
        return problems.map(({ path, wrong }) => complain(path, wrong, schema.description ?? "correct it"));
      }
      // Only this pack's own exemptions have days that a calendar must know.
      if (schema.description !== exemptionsSchema.description) return [];
      return (properties[name] as unknown[]).flatMap((item, index) =>
        exemptionProblems(item, index).map((wrong) => complain([name, index, "expires"], wrong, "write YYYY-MM-DD")),
      );
    }),
  ];
}

/** The policies whose names share most words with a name that there isn't. */
function nearest(name: string, policies: readonly ConfigurablePolicy[]): string {
  const words = name.split("-");
  const shared = (policy: string): number => policy.split("-").filter((word) => words.includes(word)).length;
  const sorted = policies.map((policy) => policy.name).sort((a, b) => shared(b) - shared(a));
  return sorted.slice(0, 3).join(", ");
}
