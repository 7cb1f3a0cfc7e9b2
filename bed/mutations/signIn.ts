import { dex, namespaces, oauth2Proxy } from "../../components/topology";
import { type Mutation, withSpec, withToml, withYaml } from "./mutation";

interface Routes {
  http: { name: string }[];
}

interface Proxy {
  cookie_httponly: boolean;
  cookie_csrf_per_request: boolean;
  whitelist_domains: string[];
  ssl_insecure_skip_verify?: boolean;
  session_store_type?: string;
}

interface Dex {
  staticClients: { id: string; redirectURIs: string[] }[];
}

const inAuth = (apiVersion: string, kind: string, name: string) => ({
  apiVersion,
  kind,
  namespace: namespaces.auth,
  name,
});
const proxy = { object: inAuth("v1", "ConfigMap", oauth2Proxy.name), restarts: oauth2Proxy.name };

const inProxy =
  (change: (config: Proxy) => void): Mutation["change"] =>
  (live) =>
    withToml(live, "oauth2-proxy.toml", change);

/** Signing in and out, and the session. */
export const signIn: readonly Mutation[] = [
  {
    name: "no-route-for-logout",
    breaks: "The dashboard's way to sign out leads nowhere.",
    object: inAuth("networking.istio.io/v1", "VirtualService", "sign-in"),
    change: (object) =>
      withSpec<Routes>(object, (spec) => (spec.http = spec.http.filter(({ name }) => name !== "logout"))),
    noticedBy: ["login/sign-out"],
  },
  {
    name: "sessions-in-cookies",
    breaks: "The session is in the cookie, and whoever has a copy of it stays signed in after the sign-out.",
    ...proxy,
    change: inProxy((config) => (config.session_store_type = "cookie")),
    modes: ["own-servers"],
    noticedBy: ["login/copied-cookie"],
  },
  {
    name: "cookies-for-scripts",
    breaks: "A script of any application can read the session's cookie.",
    ...proxy,
    change: inProxy((config) => (config.cookie_httponly = false)),
    noticedBy: ["login/cookies"],
  },
  {
    name: "return-to-any-name-of-the-domain",
    breaks: "A link to sign in ends at whatever host of the domain it names, whoever has it.",
    ...proxy,
    change: inProxy((config) => (config.whitelist_domains = config.whitelist_domains.map((host) => `.${host}`))),
    noticedBy: ["redirects/return-after-sign-in"],
  },
  {
    name: "one-sign-in-at-a-time",
    breaks: "The sign-in of a second tab makes the first one's fail.",
    ...proxy,
    change: inProxy((config) => (config.cookie_csrf_per_request = false)),
    noticedBy: ["login/two-tabs"],
  },
  {
    name: "codes-for-whoever-answers",
    breaks: "Codes and the client's secret go to whoever answers at Dex's address, whatever the certificate.",
    ...proxy,
    // What everybody else ships; provider_ca_files still stands there and says nothing any more.
    change: inProxy((config) => (config.ssl_insecure_skip_verify = true)),
    noticedBy: ["fail-closed/foreign-authority"],
  },
  {
    name: "codes-for-another-address",
    breaks: "Dex sends the codes of people who sign in to another address, too.",
    object: inAuth("v1", "ConfigMap", dex.name),
    restarts: dex.name,
    change: (object) =>
      withYaml<Dex>(object, "config.yaml", ({ staticClients }) => {
        for (const { redirectURIs } of staticClients.filter(({ id }) => id === dex.clientId)) {
          redirectURIs.push(...redirectURIs.map((uri) => new URL("/", uri).href));
        }
      }),
    noticedBy: ["redirects/unregistered-redirect-uri"],
  },
];
