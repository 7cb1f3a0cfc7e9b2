import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type DexMachineConnector, type GrantType, type StaticClient } from "../documents/dex/schema";
import { type MachineConnector, type Settings } from "../stacks/schema";
import { type CertificateFiles } from "./dexConnectors";

/** Names of the environment variables that carry the secrets of machines' clients. */
export const clientSecretVariable = (index: number) => `MACHINE_CLIENT_SECRET_${index}`;

/** A secret for each client of `machines.clients`, by its client ID; the rotation number is part of the names. */
export function machineClientSecrets(
  name: string,
  { machines, rotation }: Settings,
  opts: pulumi.CustomResourceOptions,
): Map<string, pulumi.Output<string>> {
  return new Map(
    machines.clients.map(({ id }) => [
      id,
      new random.RandomPassword(
        `${name}-machine-${id}-${rotation.machineClients}`,
        { length: 40, special: false },
        opts,
      ).result,
    ]),
  );
}

/** A grant is open only where a client needs it: v2.45 keeps one list for all clients. */
export function grantTypes({ machines }: Settings): GrantType[] {
  return [
    "authorization_code",
    "refresh_token",
    ...(machines.clients.length > 0 ? (["urn:ietf:params:oauth:grant-type:token-exchange"] as const) : []),
  ];
}

/** Without a redirect URI Dex gives these clients no code, and so no refresh token: exchange is what is left. */
export function machineClients({ machines }: Settings): StaticClient[] {
  return machines.clients.map(({ id }, index) => ({
    id,
    name: id,
    secretEnv: clientSecretVariable(index),
    redirectURIs: [],
  }));
}

interface ConnectorContext {
  callback: string;
  /** Keeps Dex from taking a `$` for a variable. */
  literal: (text: string) => string;
  certificates: Pick<CertificateFiles, "path">;
}

export function machineConnectors({ machines }: Settings, context: ConnectorContext): DexMachineConnector[] {
  return machines.connectors.map((connector) => machineConnector(connector, context));
}

function machineConnector(
  { id, issuer, ca, userClaim, groupsClaim }: MachineConnector,
  { callback, literal, certificates }: ConnectorContext,
): DexMachineConnector {
  return {
    type: "oidc",
    id,
    name: id,
    config: {
      issuer: literal(issuer),
      redirectURI: callback,
      scopes: ["openid"],
      getUserInfo: false,
      ...(ca.type === "given" ? { rootCAs: [certificates.path(`connector-${id}`, ca.certificate)] } : {}),
      userIDKey: userClaim,
      userNameKey: userClaim,
      // Dex's token has the user in the claim `email`, as for people, so that one rule of the gateway reads both.
      overrideClaimMapping: true,
      claimMapping: { email: userClaim, ...(groupsClaim === undefined ? {} : { groups: groupsClaim }) },
      ...(groupsClaim === undefined ? {} : { insecureEnableGroups: true }),
    },
  };
}
