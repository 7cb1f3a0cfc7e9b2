import * as ipaddr from "ipaddr.js";
import { hostsOf, isAddress, publicHosts } from "../hosts";
import { chainMends } from "../suppliedCertificate";
import { comparing } from "./comparing";

/** 10.0.0.0/8 and fd00::/8 are the widest that are somebody's own (RFC 1918, RFC 4193). */
const widest = 8;

const path = (...rest: string[]) => ["certificates", "edge", ...rest];

export const givenCertificateServes = comparing(
  ["domain", "certificates", "echo", "apps"],
  function* ({ domain, certificates: { edge }, echo, apps }, quote) {
    if (edge.type === "given") {
      const hosts = publicHosts(echo.enabled, hostsOf(domain));
      for (const mend of chainMends(edge.certificate, hosts, new Date(), (host) => quote("domain", host))) {
        yield { path: path("certificate"), value: edge.certificate, mend };
      }
    }
    if (edge.type === "existingSecret" && apps.some(({ name }) => edge.secretName === `app-${name}`)) {
      yield {
        path: path("secretName"),
        value: edge.secretName,
        mend: "this name is that of an application's own certificate: give the Secret another one",
      };
    }
    if (edge.type === "existingSecret" && /^gatehouse-/.test(edge.secretName)) {
      yield {
        path: path("secretName"),
        value: edge.secretName,
        mend: "names that begin with gatehouse- are the program's own: give the Secret another one",
      };
    }
  },
);

/** An address has no name below it, and browsers know neither HSTS nor domains of cookies for one. */
export const addressIsForDevelopment = comparing(
  ["environment", "domain", "certificates", "identity", "ingress", "sessions", "echo"],
  function* ({ environment, domain, certificates, identity, ingress, sessions, echo }, quote) {
    if (!isAddress(domain)) {
      return;
    }
    if (environment !== "dev") {
      yield {
        path: ["domain"],
        value: domain,
        mend: `an address in place of a name is for dev only, and this stack is ${quote("environment", environment)}: write a DNS name`,
      };
    }
    if (echo.enabled) {
      yield {
        path: ["echo", "enabled"],
        value: true,
        mend: "there is no host echo below an address: write false, or a DNS name as domain",
      };
    }
    if (sessions.cookieDomain !== undefined) {
      yield {
        path: ["sessions", "cookieDomain"],
        value: sessions.cookieDomain,
        mend: "a cookie of an address is for that address alone (RFC 6265, section 5.1.3): remove the setting",
      };
    }
    if (certificates.edge.type === "acme") {
      yield {
        path: path("type"),
        value: certificates.edge.type,
        mend: "this program asks ACME servers for names only: write privateCa, or a DNS name as domain",
      };
    }
    for (const [index, { type }] of identity.connectors.entries()) {
      if (type === "google") {
        yield {
          path: ["identity", "connectors", index, "type"],
          value: type,
          // https://developers.google.com/identity/protocols/oauth2/web-server#uri-validation
          mend: "Google sends nobody back to an address: take another connector, or write a DNS name as domain",
        };
      }
    }
    if (ingress.hsts.includeSubdomains) {
      yield {
        path: ["ingress", "hsts", "includeSubdomains"],
        value: true,
        mend: "browsers keep no HSTS for an address (RFC 6797, section 8.1.1): write false, or a DNS name as domain",
      };
    }
  },
);

export const onlyTrustedProxiesAreBelieved = comparing(["certificates", "ingress"], function* (settings, quote) {
  const { trustedRanges, clientAddress } = settings.ingress;
  const believed = [
    ...(settings.certificates.edge.type === "offload" ? ["certificates.edge is of type offload"] : []),
    ...(clientAddress.proxyProtocol === "required" ? ["ingress.clientAddress.proxyProtocol is required"] : []),
    ...(clientAddress.trustedHops > 0
      ? [`ingress.clientAddress.trustedHops is ${quote("ingress", clientAddress.trustedHops)}`]
      : []),
  ];
  if (believed.length > 0 && trustedRanges.length === 0) {
    yield {
      path: ["ingress", "trustedRanges"],
      value: [],
      mend: `whoever connects could say who the client is, since ${believed.join(" and ")}: name the load balancer's addresses`,
    };
  }
  for (const [index, cidr] of trustedRanges.entries()) {
    const [, length] = ipaddr.parseCIDR(cidr);
    if (length < widest) {
      yield {
        path: ["ingress", "trustedRanges", index],
        value: cidr,
        mend:
          length === 0
            ? "this trusts every address there is: name the load balancer's own"
            : `a block wider than /${widest} is nobody's own network: name the load balancer's addresses`,
      };
    }
  }
});

/** With that protocol rules know the public port by the connection's name (publicPort.ts), and challenges come without it. */
export const proxyProtocolNeedsNames = comparing(["domain", "certificates", "ingress"], function* (settings) {
  const { domain, certificates, ingress } = settings;
  if (ingress.clientAddress.proxyProtocol !== "required") {
    return;
  }
  const path = ["ingress", "clientAddress", "proxyProtocol"];
  const value = ingress.clientAddress.proxyProtocol;
  if (isAddress(domain)) {
    yield {
      path,
      value,
      mend: "clients name no host in TLS where domain is an address (RFC 6066, section 3), and by that name rules know the public port: write off, or a DNS name as domain",
    };
  }
  const { edge } = certificates;
  if (edge.type === "acme" && edge.challenge.type === "http01") {
    yield {
      path,
      value,
      mend: "cert-manager looks for the challenge from inside the cluster, past the load balancer and without that protocol's header: write off, or take a challenge of type dns01",
    };
  }
});

export const loadBalancerIsThere = comparing(["ingress"], function* ({ ingress }, quote) {
  const { type, loadBalancer } = ingress.service;
  if (type === "LoadBalancer") {
    return;
  }
  const set = Object.entries(loadBalancer).filter(([, value]) => value !== undefined && !isEmpty(value));
  for (const [key, value] of set) {
    const otherwise = key === "annotations" ? "write them as ingress.service.annotations" : "remove the setting";
    yield {
      path: ["ingress", "service", "loadBalancer", key],
      value,
      mend: `there is no load balancer, since ingress.service.type is ${quote("ingress", type)}: write LoadBalancer there, or ${otherwise}`,
    };
  }
});

export const annotationsAreWrittenOnce = comparing(["ingress"], function* ({ ingress: { service } }) {
  for (const name of Object.keys(service.loadBalancer.annotations)) {
    if (Object.hasOwn(service.annotations, name)) {
      yield {
        path: ["ingress", "service", "annotations", name],
        value: service.annotations[name],
        mend: "this annotation stands in ingress.service.loadBalancer.annotations, too: remove one of them",
      };
    }
  }
});

function isEmpty(value: string | object): boolean {
  return typeof value === "object" && Object.keys(value).length === 0;
}
