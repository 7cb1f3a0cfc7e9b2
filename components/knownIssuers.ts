import { type Settings } from "../stacks/schema";
import { type IdentityProvider } from "./identityProvider";
import { type Operations } from "./machineClientRules";
import { machineIssuersOf } from "./machineIssuers";
import { whenAt, type PublicPort } from "./publicPort";
import { type SignIn } from "./signIns";

/**
 * Whose tokens may come in at all: those of the issuers in the settings, and of people's issuer those for its clients. The
 * RequestAuthentication says the same, but it changes last. Without these rules an issuer or a client that is removed
 * would for that moment, or for good where the update stops, be believed with nobody looking at its users any more.
 * A claim that is missing matches `notValues`, and such a request is denied for having no principal anyway.
 */
export function knownIssuerRules(
  settings: Settings,
  provider: IdentityProvider,
  { to, port, notebooks }: { to: Operations; port: PublicPort; notebooks: Pick<SignIn, "clientId"> | undefined },
) {
  const { issuer, clientId } = provider;
  const clients = [...clientsOf(settings, clientId), ...(notebooks === undefined ? [] : [notebooks.clientId])];
  const issuers = [issuer, ...machineIssuersOf(settings).map((other) => other.issuer)];
  return [
    { to, ...whenAt(port, [{ key: "request.auth.claims[iss]", notValues: issuers }]) },
    {
      to,
      ...whenAt(port, [
        { key: "request.auth.claims[iss]", values: [issuer] },
        { key: "request.auth.claims[aud]", notValues: clients },
      ]),
    },
  ];
}

/** The audiences of people's issuer: oauth2-proxy's client, and each job's, which only Dex has. */
export function clientsOf({ machines }: Pick<Settings, "machines">, clientId: string): string[] {
  return [clientId, ...machines.clients.map(({ id }) => id)];
}
