import { type AcmeEdge, acmeServer } from "../acmeServer";
import { appHost } from "../hosts";
import { notebookOriginsOf } from "../notebookHosts";
import { comparing } from "./comparing";

const path = (...rest: string[]) => ["certificates", "edge", ...rest];

/** Whether the server is Let's Encrypt's, named or not. */
function isLetsEncrypt(edge: AcmeEdge): boolean {
  return /(^|\.)letsencrypt\.org$/.test(new URL(acmeServer(edge, "prod")).hostname);
}

/** Ends of names that are in no public DNS: RFC 6761, RFC 6762 with its appendix G, RFC 7686, RFC 8375, and ICANN's `internal`. */
const inNoPublicDns =
  /(^|\.)(local|localhost|internal|intranet|private|corp|home|lan|test|invalid|example|onion|home\.arpa)$/;

export const acmeCanProve = comparing(["certificates", "network", "certManager", "ingress"], function* (settings) {
  const { certificates, network, certManager, ingress } = settings;
  const { edge } = certificates;
  if (edge.type !== "acme") {
    return;
  }
  if (edge.challenge.type === "http01" && edge.names === "wildcard") {
    yield {
      path: path("names"),
      value: edge.names,
      mend: "http01 cannot have a wildcard signed (Baseline Requirements, section 3.2.2.4.19): write hosts, or take a challenge of type dns01",
    };
  }
  const ofEverybody = isLetsEncrypt(edge);
  if (edge.caBundle !== undefined && ofEverybody) {
    yield {
      path: path("caBundle"),
      value: edge.caBundle,
      mend: "this CA would take the place of the system's at Let's Encrypt: write the server of your own, or remove the setting",
    };
  }
  // An ACME server of one's own may be anywhere; Let's Encrypt asks from addresses that it does not tell.
  if (edge.challenge.type === "http01" && ofEverybody) {
    const { type, loadBalancer } = ingress.service;
    const mend = "Let's Encrypt asks at port 80 from addresses that nobody knows before, and could not";
    if (type === "ClusterIP") {
      yield {
        path: ["ingress", "service", "type"],
        value: type,
        mend: `${mend} reach the gateway: write LoadBalancer, or take a challenge of type dns01`,
      };
    }
    if (loadBalancer.sourceRanges.length > 0) {
      yield {
        path: ["ingress", "service", "loadBalancer", "sourceRanges"],
        value: loadBalancer.sourceRanges,
        mend: `${mend} come in: remove the ranges, or take a challenge of type dns01`,
      };
    }
  }
  const provider = edge.challenge.type === "dns01" ? edge.challenge.provider : undefined;
  const asksMetadata = provider?.type === "cloudDns" && provider.auth.type === "workloadIdentity";
  if (
    asksMetadata &&
    certManager.type === "installed" &&
    !network.metadataExceptions.some(({ namespace }) => namespace === "cert-manager")
  ) {
    yield {
      path: ["network", "metadataExceptions"],
      value: network.metadataExceptions,
      mend: "Workload Identity of Google Cloud is asked at the metadata server: add an entry for cert-manager, or take an auth of type serviceAccountKey",
    };
  }
});

/** Names that the challenge cannot be answered for: in no public DNS, or in another zone. */
export const acmeReachesTheNames = comparing(
  ["domain", "certificates", "apps", "notebooks"],
  function* (settings, quote) {
    const { domain, certificates, apps } = settings;
    const notebooks = notebookOriginsOf(settings)?.domain;
    const { edge } = certificates;
    if (edge.type !== "acme") {
      return;
    }
    const names = [
      { path: ["domain"], value: domain },
      ...(notebooks === undefined ? [] : [{ path: ["notebooks", "domain"], value: notebooks }]),
    ];
    for (const name of names) {
      if (isLetsEncrypt(edge) && inNoPublicDns.test(name.value)) {
        yield {
          ...name,
          mend: "no public server signs this name, which is in no public DNS: write one that is, or an ACME server of your own as certificates.edge.server",
        };
      }
    }
    if (edge.challenge.type !== "dns01" || edge.challenge.provider.type !== "azureDns") {
      return;
    }
    const zone = edge.challenge.provider.hostedZone;
    // What is below the domain may be covered by its wildcard.
    const others = apps.map((app) => appHost(domain, app)).filter((host) => !host.endsWith(`.${domain}`));
    const hosts = [domain, ...others, ...(notebooks === undefined ? [] : [notebooks])];
    const settingOf = (host: string) => (host === domain ? "domain" : host === notebooks ? "notebooks" : "apps");
    // The zone may be that of the challenges alone, RFC 8555, section 8.4.
    const outside = hosts.filter((host) => !`._acme-challenge.${host}`.endsWith(`.${zone.toLowerCase()}`));
    if (outside.length > 0) {
      yield {
        path: path("challenge", "provider", "hostedZone"),
        value: zone,
        mend: `${outside.map((host) => quote(settingOf(host), host)).join(" and ")} is not in this zone, and cert-manager would write the record where nobody looks: name the zone that holds it`,
      };
    }
  },
);
