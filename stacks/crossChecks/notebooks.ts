import { getDomain, getPublicSuffix } from "tldts";
import { cookieDomainOf, isAddress, isOfCluster } from "../hosts";
import { longestLabel, notebookOriginsOf, notebookSignInHost } from "../notebookHosts";
import { chainMends } from "../suppliedCertificate";
import { comparing } from "./comparing";

const at = (...rest: string[]) => ["notebooks", ...rest];

/** RFC 1035, section 2.3.4, as text: 255 octets with a length before each label and the root's at the end. */
const longestName = 253;

const isOrIsBelow = (host: string, parent: string) => host === parent || host.endsWith(`.${parent}`);
const siteOf = (host: string) => getDomain(host, { allowPrivateDomains: true }) ?? host;

/** The browser must send the gate's session to no notebook, and take no cookie for the gate from one. */
export const notebooksAreElsewhere = comparing(["domain", "sessions", "notebooks"], function* (settings, quote) {
  const { domain, sessions } = settings;
  const origins = notebookOriginsOf(settings);
  if (origins === undefined) {
    return;
  }
  if (isAddress(domain)) {
    yield {
      path: at("mode"),
      value: origins.mode,
      mend: "the gate is an address, and notebooks on hosts of their own need names: write path, or a DNS name as domain",
    };
    return;
  }
  const own = cookieDomainOf({ domain, sessions });
  const complain = (mend: string) => ({ path: at("domain"), value: origins.domain, mend });
  if (isOfCluster(origins.domain)) {
    yield complain("names below cluster.local are the cluster's own: write a name of your own in DNS");
  }
  if (isOrIsBelow(origins.domain, own)) {
    yield complain(
      `browsers send the session's cookie to ${quote("sessions", own)} and all below, and each notebook would get it: write a domain beside it, such as ${beside(own)}`,
    );
  } else if (isOrIsBelow(own, origins.domain)) {
    yield complain(
      `the gate is below this domain, and would get the cookies of notebooks and those that their pages set: write a domain beside it, such as ${beside(own)}`,
    );
  } else if (getPublicSuffix(origins.domain, { allowPrivateDomains: true }) === origins.domain) {
    yield complain(
      "a browser drops a cookie for a public suffix, below which everybody may have names (RFC 6265, section 5.3, step 5; https://publicsuffix.org): write a domain that is yours alone",
    );
  } else {
    const isSameSite = siteOf(origins.domain) === siteOf(domain);
    if (origins.mode === "separate-domain" && isSameSite) {
      yield complain(
        `this is the same site as ${quote("domain", domain)}: write a domain of another registrable domain, or mode: subdomain`,
      );
    }
    if (origins.mode === "subdomain" && !isSameSite) {
      // Below a gate that has the whole site there is nothing that its session's cookie doesn't reach.
      const below = isOrIsBelow(siteOf(domain), own) ? "" : `, or a domain below ${siteOf(domain)}`;
      yield complain(
        `this is another site than ${quote("domain", domain)}: write mode: separate-domain, which is stronger${below}`,
      );
    }
  }
  if (origins.domain.length + 1 + longestLabel > longestName) {
    yield complain(
      `no host of a notebook would fit into the ${longestName} characters of a DNS name: write ${longestName - 1 - longestLabel} characters at the most`,
    );
  }
});

/** A sibling of a host on the same site; beside a whole site there is another site alone. */
function beside(host: string): string {
  const [first = "", ...rest] = host.split(".");
  return siteOf(host) === host
    ? `${first}-notebooks.${rest.join(".")}, with mode: separate-domain`
    : `${first}-notebooks.${rest.join(".")}`;
}

/** Who gives notebooks a client of their own: Dex is ours to tell, another provider is not. */
export const notebooksHaveAClient = comparing(["identity", "notebooks"], function* ({ identity, notebooks }) {
  const origins = notebookOriginsOf({ notebooks });
  if (origins === undefined) {
    return;
  }
  const { provider } = identity;
  if (provider.type === "dex" && origins.client !== undefined) {
    yield {
      path: at("client", "clientId"),
      value: origins.client.clientId,
      mend: "Dex's client for notebooks and its secret are made here: remove the setting",
    };
  }
  if (provider.type === "oidc" && origins.client === undefined) {
    yield {
      path: at("client"),
      value: undefined,
      mend: `notebooks need a client of their own at identity.provider, so that their tokens are good for nothing else: register one with the redirect URI https://${notebookSignInHost(origins.domain)}/oauth2/callback`,
    };
  }
  if (provider.type === "oidc" && origins.client?.clientId === provider.clientId) {
    yield {
      path: at("client", "clientId"),
      value: provider.clientId,
      mend: "this is the gate's own client, and a token of a notebook's session would be good for the gate: register another one",
    };
  }
});

/** All hosts of notebooks have one certificate, for the wildcard. */
export const notebooksAreCertified = comparing(["certificates", "notebooks"], function* (settings, quote) {
  const { edge } = settings.certificates;
  const origins = notebookOriginsOf(settings);
  if (origins === undefined) {
    return;
  }
  if (edge.type === "acme" && edge.challenge.type === "http01") {
    yield {
      path: ["certificates", "edge", "challenge", "type"],
      value: edge.challenge.type,
      mend: `http01 cannot have the wildcard of ${quote("notebooks", origins.domain)} signed (Baseline Requirements, section 3.2.2.4.19): take a challenge of type dns01`,
    };
  }
  if (edge.type === "given") {
    const host = `namespace--name.${origins.domain}`;
    for (const mend of chainMends(
      edge.certificate,
      [host],
      new Date(),
      () => `*.${quote("notebooks", origins.domain)}`,
    )) {
      if (mend.includes("does not cover")) {
        yield { path: ["certificates", "edge", "certificate"], value: edge.certificate, mend };
      }
    }
  }
});
