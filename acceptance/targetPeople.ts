import { z } from "zod";
import { type Person } from "./check";
import { type Report, type TargetOptions } from "./target";

/** A password, or with it how that person signs in. */
const way = z.union([
  z.string().min(1),
  z.strictObject({
    password: z.string().min(1),
    /** The connector of the gate's Dex; its own passwords by default. */
    connector: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
      .optional(),
    /** What is typed as the name; the address by default. */
    login: z.string().min(1).optional(),
    /** The Dex, or the provider that speaks SAML, whose form it is typed into; the gate's Dex by default. */
    issuer: z
      .url({ protocol: /^https$/ })
      .transform((text) => new URL(text))
      .optional(),
    /** Whether the connector speaks SAML with that provider. */
    saml: z.boolean().optional(),
  }),
]);

/** What `--passwords` holds, by e-mail address. */
export const passwordsSchema = z.record(z.string(), way);

type Ways = z.output<typeof passwordsSchema>;

/** Who may sign in, and who must not be let in although a provider knows them. */
export interface People {
  people: Person[];
  outsiders: Person[];
}

export function readPeople(
  { user, outsider = [], groups = [], passwords: path }: TargetOptions,
  ways: Ways | undefined,
  problem: Report,
): People {
  for (const [key, named] of [
    ["--user", user ?? []],
    ["--outsider", outsider],
  ] as const) {
    if (named.length > 0 && path === undefined) {
      problem(key, named.join(", "), "name the file of the passwords with --passwords");
      return { people: [], outsiders: [] };
    }
  }
  if (ways === undefined) {
    return { people: [], outsiders: [] };
  }
  const both = (user ?? []).filter((email) => outsider.includes(email));
  if (both.length > 0) {
    problem("--outsider", both.join(", "), "name somebody with --user or with --outsider, and not with both");
  }
  const emails = [...new Set(user ?? Object.keys(ways).filter((email) => !outsider.includes(email)))];
  if (emails.length === 0 && outsider.length === 0) {
    problem("--passwords", "nobody", "name at least one person with a password");
  }
  const groupsOf = new Map<string, string[]>();
  for (const text of groups) {
    const at = text.indexOf("=");
    const email = at < 0 ? emails[0] : text.slice(0, at);
    const names = text.slice(at + 1).split(",");
    if (email === undefined || !emails.includes(email) || (at < 0 && emails.length > 1)) {
      problem("--groups", text, `write EMAIL=GROUP,GROUP for one of ${emails.join(", ")}`);
    } else {
      groupsOf.set(email, [...(groupsOf.get(email) ?? []), ...names.filter((name) => name !== "")]);
    }
  }
  const known = (key: string, list: readonly string[]) =>
    list.flatMap((email): Person[] => {
      const found = Object.hasOwn(ways, email) ? ways[email] : undefined;
      if (found === undefined) {
        problem(key, email, `add the password to ${path ?? "the file"}; it has ${Object.keys(ways).join(", ")}`);
        return [];
      }
      const ownGroups = groupsOf.get(email);
      const own = typeof found === "string" ? { password: found } : found;
      return [{ email, ...own, ...(ownGroups === undefined ? {} : { groups: ownGroups }) }];
    });
  return { people: known("--user", emails), outsiders: known("--outsider", [...new Set(outsider)]) };
}

/** Every password of the file, which no report may show. */
export function passwordsIn(ways: Ways | undefined): string[] {
  return Object.values(ways ?? {}).map((found) => (typeof found === "string" ? found : found.password));
}
