import { rootCertificates } from "node:tls";
import { environment } from "../../components/dexConfig";
import { dex, namespaces, oauth2Proxy } from "../../components/topology";
import { directory } from "../beside/servers/directory";
import { saml } from "../beside/servers/saml";
import { type Mutation, withSpec, withToml, withYaml } from "./mutation";

interface Dex {
  connectors: { type: string; config: { claimModifications?: unknown; insecureSkipSignatureValidation?: boolean } }[];
  web: { headers: Record<string, string> };
}

const inAuth = (apiVersion: string, kind: string, name: string) => ({
  apiVersion,
  kind,
  namespace: namespaces.auth,
  name,
});

const modes = ["own-directory"];
const samlModes = ["own-saml"];

/** A CA that everybody knows and that signed nothing here. */
const [foreign = ""] = rootCertificates;

/** Who comes in by connectors of Dex, whom Dex asks, and who else may. */
export const connectors: readonly Mutation[] = [
  {
    name: "servers-of-others",
    breaks:
      "Another part of the platform than the one that asks it connects to a server outside, and to whatever else there is.",
    object: inAuth("networking.k8s.io/v1", "NetworkPolicy", `allow-${oauth2Proxy.name}`),
    change: (object) => withSpec<{ egress: unknown[] }>(object, (spec) => (spec.egress = [{}])),
    modes: [...modes, "public-cluster"],
    noticedBy: ["fail-closed/network-flows"],
  },
  {
    name: "a-secret-in-the-open",
    breaks: "Dex's client secret is a text that stands in a ConfigMap.",
    object: inAuth("v1", "Secret", dex.name),
    // A word of Dex's file becomes the secret: no mutation knows a secret that it could write into the file.
    change: (object) => ({
      ...structuredClone(object),
      data: { ...object.data, [environment.client]: Buffer.from("skipApprovalScreen").toString("base64") },
    }),
    modes: ["core", ...modes],
    noticedBy: ["fail-closed/secrets-in-the-open"],
  },
  {
    name: "a-directory-of-another-authority",
    breaks: "Dex trusts another CA than the one that signed the directory's certificate, and may ask it nothing.",
    object: inAuth("v1", "ConfigMap", "dex-authorities"),
    restarts: dex.name,
    change: (object) => ({
      ...structuredClone(object),
      data: { ...object.data, [`connector-${directory.connector}.pem`]: `${foreign}\n` },
    }),
    modes,
    noticedBy: ["login/each-person"],
  },
  {
    name: "a-provider-with-another-certificate",
    breaks: "Dex takes another key for the provider's than the one that signs its messages.",
    object: inAuth("v1", "ConfigMap", "dex-authorities"),
    restarts: dex.name,
    change: (object) => ({
      ...structuredClone(object),
      data: { ...object.data, [`connector-${saml.connector}.pem`]: `${foreign}\n` },
    }),
    modes: samlModes,
    noticedBy: ["login/each-person"],
  },
  {
    name: "assertions-without-signatures",
    breaks: "Whatever a browser says of who somebody is, Dex believes it.",
    object: inAuth("v1", "ConfigMap", dex.name),
    restarts: dex.name,
    change: (object) =>
      withYaml<Dex>(object, "config.yaml", ({ connectors: all }) =>
        all.forEach(({ config }) => (config.insecureSkipSignatureValidation = true)),
      ),
    modes: samlModes,
    noticedBy: ["login/forged-assertions"],
  },
  {
    name: "no-script-of-dex",
    breaks: "The page that hands a request on to a SAML provider stays where it is, because no script may run on it.",
    object: inAuth("v1", "ConfigMap", dex.name),
    restarts: dex.name,
    change: (object) =>
      withYaml<Dex>(object, "config.yaml", ({ web }) => {
        web.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'";
      }),
    modes: samlModes,
    noticedBy: ["login/browser-sign-in"],
  },
  {
    name: "groups-without-their-prefix",
    breaks: "Whoever makes groups at one provider makes them as if they were another one's.",
    object: inAuth("v1", "ConfigMap", dex.name),
    restarts: dex.name,
    change: (object) =>
      withYaml<Dex>(object, "config.yaml", ({ connectors: all }) =>
        all.forEach(({ config }) => delete config.claimModifications),
      ),
    modes,
    noticedBy: ["login/each-person"],
  },
  {
    name: "everybody-of-the-directory",
    breaks: "Everybody whom the directory knows comes in, in whatever group.",
    object: inAuth("v1", "ConfigMap", oauth2Proxy.name),
    restarts: oauth2Proxy.name,
    change: (object) =>
      withToml<{ allowed_groups?: string[] }>(object, "oauth2-proxy.toml", (config) => delete config.allowed_groups),
    modes: [...modes, ...samlModes],
    noticedBy: ["login/outsider"],
  },
];
