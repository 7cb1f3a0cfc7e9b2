import { isApiServerAudience } from "../../documents/kubernetes/apiServerAudience";
import { cloudOf } from "../clusterIssuers";
import { comparing, repeated } from "./comparing";

export const dexIssuer = (domain: string) => `https://${domain}/dex`;

/** Hosts that no public certificate is for, and no browser knows. */
export const insideOnly = /^localhost$|\.svc(\.|$)/;

/** Dex's clients and connectors that are there without any setting of this part. */
const ownClients = ["oauth2-proxy", "oauth2-proxy-notebooks"];
const passwordConnector = "local";

const apiServerMend =
  "every pod's own token has this audience, and whoever takes one from a pod could come in: name an audience that a token must be asked for, such as pipelines.kubeflow.org";

export const machineIssuersAreDistinct = comparing(["domain", "identity", "machines"], function* (settings) {
  const { domain, identity, machines } = settings;
  const { cluster, connectors } = machines;
  const { provider } = identity;
  const [own, always] = provider.type === "dex" ? [dexIssuer(domain), "Dex"] : [provider.issuer, "identity.provider"];
  const issuers = machines.issuers.map(({ issuer }) => issuer);
  const ofCluster = cluster.type === "none" ? [] : [cluster.issuer];
  if (ofCluster.includes(own)) {
    yield {
      path: ["machines", "cluster", "issuer"],
      value: own,
      mend: `this is ${always}, which is configured already: name the cluster's own issuer`,
    };
  }
  const before = [...new Set([own, ...ofCluster])];
  for (const index of repeated([...before, ...issuers])) {
    const at = index - before.length;
    yield {
      path: ["machines", "issuers", at, "issuer"],
      value: issuers[at],
      mend: ofCluster.includes(issuers[at] ?? "")
        ? "machines.cluster has this issuer already: put all its audiences there"
        : `this issuer is configured already (${always} always is): put all its audiences into one entry`,
    };
  }
  const names = machines.issuers.map(({ name }) => name);
  for (const index of repeated(names)) {
    yield {
      path: ["machines", "issuers", index, "name"],
      value: names[index],
      mend: "give each issuer a name of its own",
    };
  }
  for (const [index, { issuer, jwks, jwksUri, ca }] of machines.issuers.entries()) {
    if (jwks === undefined && insideOnly.test(new URL(jwksUri ?? issuer).hostname)) {
      yield {
        path: ["machines", "issuers", index, jwksUri === undefined ? "issuer" : "jwksUri"],
        value: jwksUri ?? issuer,
        mend: "this host is known inside the cluster only, and nobody vouches for it: write machines.cluster of type selfSigned, or give the keys as jwks",
      };
    }
    if (jwks !== undefined && ca.type === "given") {
      yield {
        path: ["machines", "issuers", index, "ca", "type"],
        value: ca.type,
        mend: "with jwks nothing is fetched, and nobody has to vouch for it: remove ca or jwks",
      };
    }
    if (jwks !== undefined && jwksUri !== undefined) {
      yield {
        path: ["machines", "issuers", index, "jwksUri"],
        value: jwksUri,
        mend: "keys come from one place: remove jwksUri or jwks",
      };
    }
  }
  for (const [index, { issuer }] of connectors.entries()) {
    const where = issuer === dexIssuer(domain) ? "Dex itself" : trustedElsewhere(issuer, ofCluster, issuers);
    if (where !== undefined) {
      yield {
        path: ["machines", "connectors", index, "issuer"],
        value: issuer,
        mend: `this is ${where}: let its tokens come in either as they are, or through Dex`,
      };
    }
  }
});

function trustedElsewhere(issuer: string, ofCluster: string[], issuers: string[]): string | undefined {
  return ofCluster.includes(issuer)
    ? "the issuer of machines.cluster"
    : issuers.includes(issuer)
      ? "an issuer of machines.issuers"
      : undefined;
}

export const machineAudiencesAreOwn = comparing(["machines"], function* ({ machines: { cluster, issuers } }) {
  const ofCluster = cluster.type === "none" ? [] : cluster.audiences;
  for (const [index, audience] of ofCluster.entries()) {
    if (cluster.type !== "none" && isApiServerAudience(audience, cluster.issuer)) {
      yield { path: ["machines", "cluster", "audiences", index], value: audience, mend: apiServerMend };
    }
  }
  for (const [at, { issuer, audiences }] of issuers.entries()) {
    for (const [index, audience] of audiences.entries()) {
      if (isApiServerAudience(audience, issuer)) {
        yield { path: ["machines", "issuers", at, "audiences", index], value: audience, mend: apiServerMend };
      }
    }
  }
});

export const clusterIssuerFits = comparing(["machines"], function* ({ machines: { cluster } }) {
  if (cluster.type === "none") {
    return;
  }
  const { type, issuer } = cluster;
  const path = ["machines", "cluster", "issuer"];
  const cloud = cloudOf(issuer);
  if (cloud !== undefined && !cloud.form.test(issuer)) {
    yield {
      path,
      value: issuer,
      mend: `an issuer of ${cloud.cloud} is spelled as in ${cloud.example}, and tokens are refused unless every character is the same`,
    };
  }
  if (cloud !== undefined && type === "selfSigned") {
    yield {
      path: ["machines", "cluster", "type"],
      value: type,
      mend: `the keys of ${cloud.cloud} are not at its API server: write public`,
    };
  }
  if (type === "public" && insideOnly.test(new URL(issuer).hostname)) {
    yield {
      path: ["machines", "cluster", "type"],
      value: type,
      mend: "this host is known inside the cluster only, and nobody vouches for it: write selfSigned, and the keys come from the API server",
    };
  }
});

export const machineClientsFit = comparing(["identity", "machines"], function* ({ identity, machines }) {
  const { connectors, clients } = machines;
  const ids = connectors.map(({ id }) => id);
  const others = [passwordConnector, ...new Set(identity.connectors.map(({ id }) => id))];
  for (const [index, id] of ids.entries()) {
    if (others.includes(id) || ids.indexOf(id) < index) {
      yield {
        path: ["machines", "connectors", index, "id"],
        value: id,
        mend: "give each connector an id of its own, also apart from identity.connectors and from local, Dex's passwords",
      };
    }
    if (!clients.some(({ connectors: allowed }) => allowed.includes(id))) {
      yield {
        path: ["machines", "connectors", index, "id"],
        value: id,
        mend: "no client may exchange its tokens: name it in machines.clients[].connectors, or remove it",
      };
    }
  }
  for (const [index, { id, connectors: allowed }] of clients.entries()) {
    if (ownClients.includes(id) || clients.findIndex((client) => client.id === id) < index) {
      yield {
        path: ["machines", "clients", index, "id"],
        value: id,
        mend: "give each client an id of its own; oauth2-proxy is the platform's",
      };
    }
    for (const [at, connector] of allowed.entries()) {
      if (!ids.includes(connector)) {
        yield {
          path: ["machines", "clients", index, "connectors", at],
          value: connector,
          mend: "there is no such connector in machines.connectors; those of people are not for machines",
        };
      }
    }
  }
});

export const jobsNeedDex = comparing(["identity", "machines"], function* ({ identity, machines }) {
  for (const part of ["connectors", "clients"] as const) {
    if (identity.provider.type === "oidc" && machines[part].length > 0) {
      yield {
        path: ["machines", part],
        value: machines[part].map(({ id }) => id),
        mend: "Dex exchanges jobs' tokens, and identity.provider takes its place: name the jobs' issuer in machines.issuers, or use Dex",
      };
    }
  }
});
