/** The connections that people's sign-in and their sessions take. */
import { type ServerNetwork } from "../../stacks/network";
import {
  type Connector,
  type DexStorageSettings,
  type OidcProviderSettings,
  type SessionStorage,
} from "../../stacks/schema";
import { ldapPort } from "../dexConnectors";
import { dex, gateway } from "../topology";
import { type Flow, httpsPorts, internet, parts, type Peer, tcp } from "./peers";

/** Everybody who has to do with Dex goes through the gateway. */
export function waysToDex(proxies: readonly Peer[]): Flow[] {
  return [
    { from: parts.gateway, to: parts.dex, ports: tcp(dex.ports.http), why: "`/dex/`, inside mutual TLS." },
    ...proxies.map((from) => ({
      from,
      to: parts.gateway,
      ports: tcp(gateway.ports.internal),
      why: "Codes, refresh tokens and keys of Dex, over TLS that is verified against the private CA.",
    })),
    {
      from: parts.istiod,
      to: parts.gateway,
      ports: tcp(gateway.ports.internal),
      why: "Dex's keys, over verified TLS: istiod is not in the mesh and cannot reach Dex's own port.",
    },
  ];
}

/** A provider in place of Dex. */
export function waysToProvider(
  { issuer, jwksUri, backendLogoutUrl }: OidcProviderSettings,
  proxies: readonly Peer[],
): Flow[] {
  const to = internet("identity provider");
  return [
    ...proxies.map((from) => ({
      from,
      to,
      ports: tcp(...httpsPorts([issuer, jwksUri, ...(backendLogoutUrl === undefined ? [] : [backendLogoutUrl])])),
      why: "Codes, refresh tokens and keys of `identity.provider`, over TLS that is verified.",
    })),
    { from: parts.istiod, to, ports: tcp(...httpsPorts([jwksUri])), why: "Keys of `identity.provider`." },
  ];
}

/** Where sessions are, if not in the browser. */
export function storeOfSessions(storage: SessionStorage, proxies: readonly Peer[]): Flow[] {
  return storage.type === "cookie"
    ? []
    : proxies.map((from) => ({
        from,
        ...server("session store", storage.network, storage.port),
        why: "Sessions, encrypted and over TLS that is verified.",
      }));
}

/** Where Dex keeps its state. */
export function stateOfDex(storage: DexStorageSettings, apiServer: Pick<Flow, "to" | "ports">): Flow[] {
  return storage.type === "kubernetes"
    ? [{ from: parts.dex, ...apiServer, why: "Dex stores its state in custom resources." }]
    : [
        {
          from: parts.dex,
          ...server("Dex's database", storage.network, storage.port),
          why: "Dex stores its state, over TLS that is verified.",
        },
      ];
}

/** Providers that Dex itself talks to; a browser carries the messages of SAML. */
export function providersOfDex(connectors: readonly Connector[]): Flow[] {
  const urls = connectors.flatMap((connector) => {
    switch (connector.type) {
      case "oidc":
        return [connector.issuer];
      case "github":
        return ["https://github.com"];
      case "google":
        return ["https://accounts.google.com"];
      case "microsoft":
        return ["https://login.microsoftonline.com"];
      case "ldap":
      case "saml":
        return [];
    }
  });
  const directories = connectors.flatMap((connector): Flow[] =>
    connector.type === "ldap"
      ? [
          {
            from: parts.dex,
            ...server(`directory "${connector.id}"`, connector.network, ldapPort(connector)),
            why: "Sign-in with a directory of `identity.connectors`, over TLS that is verified.",
          },
        ]
      : [],
  );
  return [
    ...(urls.length === 0
      ? []
      : [
          {
            from: parts.dex,
            to: internet("identity providers"),
            ports: tcp(...httpsPorts(urls)),
            why: "Sign-in with the providers of `identity.connectors`.",
          },
        ]),
    ...directories,
  ];
}

/** The end of a flow that is a server of the settings. */
function server(name: string, network: ServerNetwork, port: number): Pick<Flow, "to" | "ports"> {
  return network.type === "addresses"
    ? { to: { kind: "addresses", name, cidrs: network.cidrs }, ports: tcp(port) }
    : { to: { kind: "namespace", namespace: network.namespace }, ports: tcp(network.port ?? port) };
}
