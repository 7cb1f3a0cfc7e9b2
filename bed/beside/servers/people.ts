import { join } from "node:path";
import { layout } from "../../node/layout";
import { type BesideFacts } from "../../platform/facts";
import { writePrivateJson } from "../../platform/privateFiles";

/** Somebody who signs in by a connector of the gate's Dex. */
export interface ConnectorPerson {
  email: string;
  password: string;
  connector: string;
  /** What is typed as the name, where it isn't the address. */
  login?: string;
  /** Whose form it is typed into, where it isn't the gate's Dex's own. */
  issuer?: string;
  /** Whether the connector speaks SAML with it. */
  saml?: boolean;
  /** With which groups the gate has to see them. */
  groups: readonly string[];
  /** Whether the provider knows them and the gate doesn't let them in. */
  outsider?: boolean;
}

/** What the suite has to know of them, in the order in which they are given: the first one does where one is enough. */
export function peopleFacts(
  people: readonly ConnectorPerson[],
): Pick<BesideFacts, "passwordsFile" | "groups" | "outsiders" | "connectors"> {
  // JSON has no undefined: what somebody doesn't have isn't there.
  const ways = people.map(({ email, password, connector, login, issuer, saml }) => [
    email,
    { password, connector, login, issuer, saml },
  ]);
  const [inside, outside] = [false, true].map((which) => people.filter(({ outsider = false }) => outsider === which));
  return {
    connectors: true,
    passwordsFile: writePrivateJson(
      join(layout().beside, "people.json"),
      Object.fromEntries(ways) as Record<string, unknown>,
    ),
    groups: Object.fromEntries((inside ?? []).map(({ email, groups }) => [email, [...groups]])),
    outsiders: (outside ?? []).map(({ email }) => email),
  };
}
