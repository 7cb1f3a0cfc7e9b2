import { type Connector, givesGroups } from "../connectors";
import { comparing } from "./comparing";

const objectId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a person of this connector may have a group of this name (Dex 2.45, connector/). */
function canGive(connector: Connector, group: string): boolean {
  switch (connector.type) {
    case "oidc":
      return group.startsWith(connector.groupsPrefix ?? "");
    case "github":
      return connector.organizations.some(({ name, teams }) =>
        teams.length === 0 ? group.startsWith(`${name}:`) : teams.some((team) => group === `${name}:${team}`),
      );
    case "microsoft":
      return connector.groupNameFormat === "name" || objectId.test(group);
    case "ldap":
    case "saml":
    case "google":
      return givesGroups(connector);
  }
}

/** Whether this connector's groups can have any name, so that no prefix of another's keeps them apart. */
function givesAny(connector: Connector): boolean {
  return connector.type !== "oidc" && canGive(connector, "any");
}

function isSame(one: Connector, other: Connector): boolean {
  return one.type === "oidc" && other.type === "oidc" && one.issuer === other.issuer;
}

/** Of two connectors the one whose groups need a prefix, or another one; none where Dex has no prefix for either. */
function toPrefix(one: Connector, other: Connector): Connector | undefined {
  const prefixable = [other, one].filter((each) => each.type === "oidc");
  const without = prefixable.find(({ groupsPrefix }) => groupsPrefix === undefined);
  return without ?? ([one, other].some(givesAny) ? undefined : prefixable[0]);
}

/** A group opens the gate or an application to whoever has it, whichever connector says so. */
export const groupsAreOfOneConnector = comparing(["identity", "apps"], function* ({ identity, apps }, quote) {
  const { connectors, allowedGroups } = identity;
  const used = [
    ...allowedGroups.map((group) => ["identity", group] as const),
    ...apps.flatMap(({ groups }) => groups.map((group) => ["apps", group] as const)),
  ];
  const told = new Set<Connector>();
  for (const [setting, group] of used) {
    const givers = connectors.filter((connector) => canGive(connector, group));
    for (const [at, other] of givers.entries()) {
      for (const one of givers.slice(0, at).filter((each) => !isSame(each, other))) {
        const connector = toPrefix(one, other);
        if (connector?.type !== "oidc" || told.has(connector)) {
          continue;
        }
        told.add(connector);
        yield {
          path: ["identity", "connectors", connectors.indexOf(connector), "groupsPrefix"],
          value: connector.groupsPrefix,
          mend: `the connector ${quote("identity", (connector === one ? other : one).id)} can give the group ${quote(setting, group)}, too, and whoever makes one of that name there comes in: write a prefix of this connector's own, such as ${quote("identity", connector.id)}:, here and before its groups in identity.allowedGroups and apps`,
        };
      }
    }
  }
});
