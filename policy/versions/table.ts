import { type Component } from "./components";

/** When somebody last went through the sources below. `npm run policy:age` fails when that is long ago. */
export const tableDate = "2026-11-28";

/** Where the components publish what is found in them. */
export const tableSources: Readonly<Record<Component, string>> = {
  Istio: "https://istio.io/latest/news/security/",
  Dex: "https://github.com/dexidp/dex/security/advisories",
  "oauth2-proxy": "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories",
  "cert-manager": "https://github.com/cert-manager/cert-manager/security/advisories",
  "Kubeflow Pipelines": "https://github.com/kubeflow/pipelines/security/advisories",
};

/** One published weakness that a release mended. */
export interface Advisory {
  readonly component: Component;
  readonly id: string;
  readonly url: string;
  readonly about: string;
  /** The first version that has it; absent where all before the fix do. */
  readonly since?: string;
  /**
   * The fixed version of each branch that got one, oldest first. A branch before the first, or between two of them, never
   * got it; one after the last came with it.
   */
  readonly fixed: readonly string[];
}

/**
 * Not in here: what no release mends, such as GHSA-7qjx-gp9h-65qj (Dex's token exchange, as of 2.45.1), which is a
 * matter of configuration; and what has nothing to do with who gets in.
 */
export const advisories: readonly Advisory[] = [
  {
    component: "Istio",
    id: "CVE-2026-31837",
    url: "https://github.com/istio/istio/security/advisories/GHSA-v75c-crr9-733c",
    about: "when a key set can't be fetched, tokens signed with a published key are accepted",
    fixed: ["1.27.8", "1.28.5", "1.29.1"],
  },
  {
    component: "Istio",
    id: "CVE-2026-26308",
    url: "https://istio.io/latest/news/security/istio-security-2026-001/",
    about: "policies on a header are bypassed by sending it twice",
    fixed: ["1.27.8", "1.28.5", "1.29.1"],
  },
  {
    component: "Istio",
    id: "CVE-2026-39350",
    url: "https://github.com/istio/istio/security/advisories/GHSA-9gcg-w975-3rjh",
    about: "a dot in an AuthorizationPolicy's serviceAccounts stands for any character",
    since: "1.25.0",
    fixed: ["1.27.9", "1.28.6", "1.29.2"],
  },
  {
    component: "Istio",
    id: "CVE-2026-41413",
    url: "https://github.com/istio/istio/security/advisories/GHSA-fgw5-hp8f-xfhc",
    about: "a jwksUri makes istiod ask the metadata server",
    fixed: ["1.28.6", "1.29.2"],
  },
  {
    component: "Istio",
    id: "CVE-2026-47774",
    url: "https://istio.io/latest/news/security/istio-security-2026-004/",
    about: "cookies over HTTP/2 exhaust the gateway's memory",
    fixed: ["1.28.8", "1.29.4", "1.30.1"],
  },
  {
    component: "Istio",
    id: "ISTIO-SECURITY-2026-005",
    url: "https://istio.io/latest/news/security/istio-security-2026-005/",
    about: "fifteen holes in Envoy, one in ext_authz and one in the names of certificates among them",
    fixed: ["1.28.10", "1.29.6", "1.30.3"],
  },
  {
    component: "Istio",
    id: "ISTIO-SECURITY-2026-006",
    url: "https://istio.io/latest/news/security/istio-security-2026-006/",
    about: "policies are bypassed by path parameters and bytes outside of UTF-8 (CVE-2026-73511, -73552, -73553)",
    fixed: ["1.29.7", "1.30.4"],
  },
  {
    component: "Dex",
    id: "GHSA-m9hp-7r99-94h5",
    url: "https://github.com/dexidp/dex/security/advisories/GHSA-m9hp-7r99-94h5",
    about: "SAML signatures are bypassed",
    fixed: ["2.27.0"],
  },
  {
    component: "Dex",
    id: "GHSA-vh7g-p26c-j2cw",
    url: "https://github.com/dexidp/dex/security/advisories/GHSA-vh7g-p26c-j2cw",
    about: "an intercepted authorization code gives somebody else's ID token",
    fixed: ["2.35.0"],
  },
  {
    component: "Dex",
    id: "GHSA-gr79-9v6v-gc9r",
    url: "https://github.com/dexidp/dex/security/advisories/GHSA-gr79-9v6v-gc9r",
    about: "TLS 1.0 and 1.1 are served whatever the settings say",
    since: "2.37.0",
    fixed: ["2.38.0"],
  },
  {
    component: "oauth2-proxy",
    id: "CVE-2025-54576",
    url: "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories/GHSA-7rh7-c77v-6434",
    about: "skip_auth_routes match the query, so that a parameter opens every page",
    fixed: ["7.11.0"],
  },
  {
    component: "oauth2-proxy",
    id: "CVE-2025-64484",
    url: "https://nvd.nist.gov/vuln/detail/CVE-2025-64484",
    about: "headers with underscores pass for the ones that it removes",
    fixed: ["7.13.0"],
  },
  {
    component: "oauth2-proxy",
    id: "CVE-2026-34457",
    url: "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories/GHSA-5hvv-m4w4-gf6v",
    about: "a health check's User-Agent passes without signing in",
    fixed: ["7.15.2"],
  },
  {
    component: "oauth2-proxy",
    id: "CVE-2026-40574",
    url: "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories/GHSA-c5c4-8r6x-56w3",
    about: "an e-mail address with two at signs is in every domain",
    fixed: ["7.15.2"],
  },
  {
    component: "oauth2-proxy",
    id: "CVE-2026-40575",
    url: "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories/GHSA-7x63-xv5r-3p2x",
    about: "X-Forwarded-Uri from anybody chooses which page is asked for",
    since: "7.5.0",
    fixed: ["7.15.2"],
  },
  {
    component: "oauth2-proxy",
    id: "GHSA-f24x-5g9q-753f",
    url: "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories/GHSA-f24x-5g9q-753f",
    about: "a session can be fixed before its user signs in",
    fixed: ["7.15.2"],
  },
  {
    component: "oauth2-proxy",
    id: "GHSA-pxq7-h93f-9jrg",
    url: "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories/GHSA-pxq7-h93f-9jrg",
    about: "a fragment in the path passes for one of skip_auth_routes",
    fixed: ["7.15.2"],
  },
  {
    component: "oauth2-proxy",
    id: "CVE-2026-76835",
    url: "https://nvd.nist.gov/vuln/detail/CVE-2026-76835",
    about: "every client is a trusted proxy unless trusted_proxy_ips says otherwise",
    since: "7.15.2",
    fixed: ["7.15.5"],
  },
  {
    component: "cert-manager",
    id: "CVE-2026-62290",
    url: "https://github.com/cert-manager/cert-manager/security/advisories/GHSA-8rvj-mm4h-c258",
    about: "tenants spend the cluster's DNS credentials with challenges of their own",
    fixed: ["1.19.6", "1.20.3"],
  },
  {
    component: "Kubeflow Pipelines",
    id: "CVE-2026-54745",
    url: "https://github.com/kubeflow/pipelines/security/advisories/GHSA-gqww-5pj5-8fq7",
    about: "anybody makes the user interface send requests inside of the cluster",
    fixed: ["2.17.0"],
  },
];
