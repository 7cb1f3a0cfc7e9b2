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

/** What to write where none of the groups can be one of this connector's. */
function otherGroups(connector: Connector): { setting: string; mend: string } {
  switch (connector.type) {
    case "oidc":
      return { setting: "groupsPrefix", mend: "write groups with this prefix, or remove it" };
    case "github":
      return {
        setting: "organizations",
        mend: "write groups as organisation:team, of its organizations and teams, such as example:ml-engineers",
      };
    case "microsoft":
      return { setting: "groupNameFormat", mend: "write object IDs of groups, or groupNameFormat: name" };
    case "ldap":
      return { setting: "type", mend: "add groupSearch" };
    case "saml":
      return { setting: "type", mend: "add groupsAttr" };
    case "google":
      return { setting: "type", mend: "remove the groups, or use another connector" };
  }
}

export const groupsCanBeHad = comparing(["identity"], function* ({ identity }, quote) {
  const { connectors, allowedGroups } = identity;
  if (allowedGroups.length === 0) {
    return;
  }
  for (const [index, connector] of connectors.entries()) {
    if (!allowedGroups.some((group) => canGive(connector, group))) {
      const { setting, mend } = otherGroups(connector);
      const value = (connector as unknown as Record<string, unknown>)[setting];
      yield {
        path: ["identity", "connectors", index, setting],
        value,
        mend: `its people have ${givesGroups(connector) ? "other groups" : "no groups"}, so that identity.allowedGroups (${quote("identity", allowedGroups.join(", "))}) lets none of them in: ${mend}`,
      };
    }
  }
});

/** An application for groups of which no connector can give one, nor an issuer of machines, is open to nobody. */
export const appsAreForSomebody = comparing(["identity", "machines", "apps"], function* (settings, quote) {
  const { identity, machines, apps } = settings;
  const { provider, connectors, staticUsers } = identity;
  const known = [...machines.issuers, ...machines.connectors].every(({ groupsClaim }) => groupsClaim === undefined);
  if (provider.type !== "dex" || connectors.length === 0 || staticUsers.length > 0 || !known) {
    return;
  }
  for (const [index, { name, groups }] of apps.entries()) {
    if (groups.length > 0 && !groups.some((group) => connectors.some((connector) => canGive(connector, group)))) {
      const mends = [...new Set(connectors.map((connector) => otherGroups(connector).mend))];
      yield {
        path: ["apps", index, "groups"],
        value: groups,
        mend: `nobody who signs in can have one of these, so that ${quote("apps", name)} is open to nobody: ${mends.join("; or ")}`,
      };
    }
  }
});
