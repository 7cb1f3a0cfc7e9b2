/** Who vouches for people: Dex, with whatever providers stand behind it, or one provider without it. */
import { z } from "zod";
import { authority } from "./authority";
import { scope } from "./connectors";
import { dnsName, duration, httpsUrl, isHttpsUrl, line, listOf, port, text } from "./fields";
import { claimName } from "./issuers";
import { serverNetwork } from "./network";
import { offlineAccess } from "./offlineAccess";
import { givenSecret } from "./secrets";

const dexStorage = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("kubernetes").describe("Custom resources in the namespace `auth`."),
  }),
  z.strictObject({
    type: z
      .literal("postgres")
      .describe("A PostgreSQL database; Dex then has neither custom resources nor a token of the API server."),
    host: dnsName.describe("The database's host, for which its certificate must be."),
    port: port.default(5432).describe("Its port."),
    database: line("write the name of the database, 63 characters at the most", { longest: 63 }).describe(
      "The database, in which Dex makes its tables.",
    ),
    user: line("write the name of the database's user, 63 characters at the most", { longest: 63 }).describe(
      "The user, to whom the database belongs.",
    ),
    password: givenSecret.describe("The password: a Pulumi secret, or a Secret that is in the cluster already."),
    ca: authority.describe("Who vouches for the database's certificate; Dex trusts a given CA and no other."),
    network: serverNetwork.describe("Where the database is, for the NetworkPolicy of Dex."),
  }),
]);

const dex = z.strictObject({
  type: z.literal("dex").describe("Dex, with `connectors` and `staticUsers`."),
  storage: dexStorage.prefault({ type: "kubernetes" }).describe("Where Dex keeps its keys, codes and refresh tokens."),
});

const scopesMend =
  "write a list with openid, without which a provider gives no ID token (OpenID Connect Core 1.0, section 3.1.2.1)";

const oidc = z.strictObject({
  type: z.literal("oidc").describe("Any OpenID Connect provider in place of Dex, which is then not installed."),
  issuer: httpsUrl.describe(
    "The provider's issuer URL, exactly as its discovery document spells it (OpenID Connect Discovery 1.0, section 4.3).",
  ),
  jwksUri: httpsUrl.describe(
    "Where istiod fetches the provider's keys: `jwks_uri` of its discovery document. By discovery alone a short outage of the provider would leave new listeners without keys, and everybody outside.",
  ),
  clientId: line("write the client ID that the provider gave").describe(
    "The client ID that the provider gave for this gate, and the audience of its ID tokens; its redirect URI is `https://<domain>/oauth2/callback`.",
  ),
  clientSecret: givenSecret.describe("The client secret: a Pulumi secret, or a Secret that is in the cluster already."),
  scopes: listOf(scope)
    .refine((list) => list.includes("openid"), scopesMend)
    .default(["openid", "email", "profile"])
    .describe("Scopes asked of the provider, beside `offline_access` where `offlineAccess` is `scope`."),
  offlineAccess: offlineAccess("oauth2-proxy"),
  userClaim: claimName("email")
    .default("email")
    .describe(
      "The claim of the ID token that becomes `kubeflow-userid`. With `email`, a person whose `email_verified` is false is refused; a token without that claim is taken.",
    ),
  groupsClaim: claimName("groups")
    .default("groups")
    .describe("The claim of the ID token that holds the groups and becomes `kubeflow-groups`."),
  idTokenLifetime: duration.describe(
    "How long the provider's ID tokens live, which the provider decides; `sessions.refresh` must be below.",
  ),
  ca: authority.describe("Who vouches for the provider's certificate; oauth2-proxy trusts a given CA and no other."),
  backendLogoutUrl: text({
    title: "https:// URL with {id_token}",
    mend: "write an https:// URL with {id_token} as the value of its last parameter, such as https://login.example.com/logout?id_token_hint={id_token}",
    pattern: /^https:\/\/[^?#]+\?[\w.~=&%-]*=\{id_token\}$/,
    accepts: (url) => /\?[\w.~=&%-]*=\{id_token\}$/.test(url) && isHttpsUrl(url.slice(0, url.indexOf("?"))),
  })
    .optional()
    .describe(
      "Where oauth2-proxy itself, not the browser, tells the provider of a sign-out, with the ID token in place of `{id_token}`. Default: the provider is not told.",
    ),
});

export const provider = z.discriminatedUnion("type", [dex, oidc]).prefault({ type: "dex" });

export type OidcProviderSettings = z.output<typeof oidc>;
export type DexStorageSettings = z.output<typeof dexStorage>;
