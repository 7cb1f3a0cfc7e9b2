import { type Path } from "../schemaPlaces";
import { appHost, hostsOf, publicHosts } from "../hosts";
import { notebookOriginsOf } from "../notebookHosts";
import { type Settings } from "../schema";
import { comparing } from "./comparing";
import { dexIssuer, insideOnly } from "./machines";

/** Servers that have to answer before anybody is let in, and where their addresses stand. */
function* asked({ identity, machines, certificates }: Pick<Settings, "identity" | "machines" | "certificates">) {
  const { provider, connectors } = identity;
  const found: [path: Path, url: string | undefined][] = [];
  if (provider.type === "oidc") {
    found.push([["identity", "provider", "issuer"], provider.issuer]);
    found.push([["identity", "provider", "jwksUri"], provider.jwksUri]);
  }
  for (const [index, connector] of connectors.entries()) {
    if (connector.type === "oidc") {
      found.push([["identity", "connectors", index, "issuer"], connector.issuer]);
    }
    if (connector.type === "saml") {
      found.push([["identity", "connectors", index, "ssoURL"], connector.ssoURL]);
    }
  }
  if (machines.cluster.type === "public") {
    found.push(keysOf(["machines", "cluster"], machines.cluster));
  }
  for (const [index, { issuer }] of machines.connectors.entries()) {
    found.push([["machines", "connectors", index, "issuer"], issuer]);
  }
  for (const [index, issuer] of machines.issuers.entries()) {
    if (issuer.jwks === undefined) {
      found.push(keysOf(["machines", "issuers", index], issuer));
    }
  }
  if (certificates.edge.type === "acme") {
    found.push([["certificates", "edge", "server"], certificates.edge.server]);
  }
  for (const [path, url] of found) {
    if (url !== undefined) {
      yield { path, url };
    }
  }
}

/** Where istiod asks for an issuer's keys. */
function keysOf(path: Path, { issuer, jwksUri }: { issuer: string; jwksUri?: string | undefined }): [Path, string] {
  return jwksUri === undefined ? [[...path, "issuer"], issuer] : [[...path, "jwksUri"], jwksUri];
}

/** The gate lets nobody through without an identity, so who vouches for identities, or for its certificate, cannot be behind it. */
export const whoVouchesIsOutside = comparing(
  ["domain", "identity", "machines", "certificates", "apps", "echo", "notebooks"],
  function* (settings) {
    const { domain, apps, echo } = settings;
    const hosts = [...publicHosts(echo.enabled, hostsOf(domain)), ...apps.map((app) => appHost(domain, app))];
    const below = `.${notebookOriginsOf(settings)?.domain ?? ""}`;
    // With the gate below it the domain itself is wrong, and that has a mend of its own.
    const hasNotebooks = below !== "." && !domain.endsWith(below);
    for (const { path, url } of asked(settings)) {
      // Without the port 443, which a URL leaves out: at another one is another server. Dex's own name is refused elsewhere, with
      // another mend.
      const { host } = new URL(url);
      // Every name below the notebooks' domain is one of the gate's: a wildcard in DNS leads there.
      const isBehind = hosts.includes(host) || (hasNotebooks && host.endsWith(below));
      if (url !== dexIssuer(domain) && isBehind) {
        yield {
          path,
          value: url,
          mend: "this host is behind the gate, which lets nobody through before this server has answered: name one that is reached without the gate",
        };
      }
    }
  },
);

/** A sign-in sends the browser to the provider. */
export const browsersReachTheProvider = comparing(["identity"], function* ({ identity: { provider, connectors } }) {
  const shown: [path: Path, url: string][] = [
    ...(provider.type === "oidc" ? [[["provider", "issuer"], provider.issuer] satisfies [Path, string]] : []),
    ...connectors.flatMap((connector, index): [Path, string][] =>
      connector.type === "oidc"
        ? [[["connectors", index, "issuer"], connector.issuer]]
        : connector.type === "saml"
          ? [[["connectors", index, "ssoURL"], connector.ssoURL]]
          : [],
    ),
  ];
  for (const [path, url] of shown) {
    if (insideOnly.test(new URL(url).hostname)) {
      yield {
        path: ["identity", ...path],
        value: url,
        mend: "people's browsers are sent there, and this host is known inside the cluster only: name the provider as they reach it",
      };
    }
  }
});
