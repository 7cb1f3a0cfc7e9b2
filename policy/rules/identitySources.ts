import { type Framework, type Reference } from "../rule";

/** A weakness class as the framework of a rule and as its reference. */
export function weakness(
  number: number,
  title: string,
  ...others: readonly Reference[]
): { framework: Framework; references: readonly Reference[] } {
  const id = `CWE-${number}`;
  return {
    framework: { name: "CWE", version: "4", reference: id, specification: title },
    references: [
      ...others,
      { id, url: `https://cwe.mitre.org/data/definitions/${number}.html`, about: title.toLowerCase() },
    ],
  };
}

/** A CVE by its number. */
export function cve(number: string, about: string): Reference {
  return { id: `CVE-${number}`, url: `https://nvd.nist.gov/vuln/detail/CVE-${number}`, about };
}

export function ghsa(id: string, about: string): Reference {
  return { id: `GHSA-${id}`, url: `https://github.com/advisories/GHSA-${id}`, about };
}

export function rfc(number: number, section: string, about: string): Reference {
  return {
    id: `RFC ${number}, ${section}`,
    url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
    about,
  };
}

export const cookiePrefixes: Reference = {
  id: "RFC 6265bis, 4.1.3",
  url: "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3",
  about: "what browsers demand of cookies named __Secure- and __Host-",
};

export function oauth2ProxyDocs(about: string): Reference {
  return {
    id: "oauth2-proxy configuration",
    url: "https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview",
    about,
  };
}

export function dexDocs(page: string, about: string): Reference {
  return { id: `Dex documentation, ${page}`, url: `https://dexidp.io/docs/${page}/`, about };
}

export const kubeflowManifests: Reference = {
  id: "kubeflow/manifests",
  url: "https://github.com/kubeflow/manifests/tree/master/common",
  about: "where Kubeflow's own configuration of oauth2-proxy and Dex is published",
};
