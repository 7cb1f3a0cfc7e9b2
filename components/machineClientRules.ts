import { type MachineClient, type Settings } from "../stacks/schema";
import { type TokenIssuer } from "./machineIssuers";
import { type PublicPort, publicPort, whenAt } from "./publicPort";

/** What a rule of an AuthorizationPolicy looks at: requests that may not pass without an identity. */
export type Operations = { operation: { ports?: string[]; notHosts?: string[]; notPaths?: string[] } }[];

/**
 * What Dex 2.45 does not check when it exchanges a token. It takes every connector for every client (GHSA-7qjx-gp9h-65qj),
 * also those of people, and an ID token for any audience (`SkipClientIDCheck` in connector/oidc/oidc.go). So the gateway
 * looks at the result: a token that was made for a job's client must come from that client's connectors, which Dex writes
 * into it for the scope `federated:id`, and name one of its users. A token without these claims is denied.
 *
 * The grant is open to the gate's own client, too, and what that one exchanges would be a person's token. Dex writes no `nonce`
 * into an exchanged token (`handleTokenExchange` in server/handlers.go), and one into each that comes of a sign-in with one.
 */
export function machineClientRules(
  clients: readonly MachineClient[],
  { issuer, clientId }: { issuer: string; clientId: string },
  to: Operations,
  port: PublicPort,
) {
  const ofPeople = [
    { key: "request.auth.claims[iss]", values: [issuer] },
    { key: "request.auth.claims[aud]", values: [clientId] },
  ];
  const exchanged = { to, ...whenAt(port, [...ofPeople, { key: "request.auth.claims[nonce]", notValues: ["*"] }]) };
  const rules = clients.flatMap(({ id, connectors, users }) => {
    const madeFor = [
      { key: "request.auth.claims[iss]", values: [issuer] },
      { key: "request.auth.claims[aud]", values: [id] },
    ];
    return [
      {
        to,
        ...whenAt(port, [
          ...madeFor,
          { key: "request.auth.claims[federated_claims][connector_id]", notValues: [...connectors] },
        ]),
      },
      { to, ...whenAt(port, [...madeFor, { key: "request.auth.claims[email]", notValues: [...users] }]) },
    ];
  });
  return rules.length === 0 ? [] : [...rules, exchanged];
}

/** Tokens of other issuers than Dex, of whom the settings name nobody; a token without the claim is denied, too. */
export function machineUserRules(issuers: readonly TokenIssuer[], to: Operations, port: PublicPort) {
  return issuers.map(({ issuer, userClaim, users }) => ({
    to,
    ...whenAt(port, [
      { key: "request.auth.claims[iss]", values: [issuer] },
      { key: `request.auth.claims[${userClaim}]`, notValues: [...users] },
    ]),
  }));
}

/** Identifiers of the connectors by which people sign in; Dex calls its own passwords `local`. */
export function peoplesConnectors({ identity }: Settings): string[] {
  return [...identity.connectors.map(({ id }) => id), ...(identity.staticUsers.length > 0 ? ["local"] : [])];
}

/**
 * Dex offers every connector on its login page. One of machines would make a person of whoever its issuer lets in, so the
 * pages that begin a sign-in are closed except for the connectors of people.
 */
export function onlyPeopleSignIn(settings: Settings) {
  const notPaths = peoplesConnectors(settings).flatMap((id) => [`/dex/auth/${id}`, `/dex/auth/${id}/*`]);
  const port = publicPort(settings);
  return [{ to: [{ operation: { ...port.operation, paths: ["/dex/auth/*"], notPaths } }], ...whenAt(port) }];
}
