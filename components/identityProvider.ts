import { type Authority } from "../stacks/authority";
import { scopesAsked } from "../stacks/offlineAccess";
import { type Settings } from "../stacks/schema";
import { peoplesConnectors } from "./machineClientRules";
import { dex, type Hosts, internalDexUrl, issuerOf } from "./topology";

/** Who vouches for people, and all that the other components need to know of it. */
export interface IdentityProvider {
  /** `iss` of its ID tokens. */
  issuer: string;
  /** oauth2-proxy's client ID there, which is `aud` of its ID tokens. */
  clientId: string;
  /** Scopes that oauth2-proxy asks for. */
  scopes: readonly string[];
  /** The claims that become `kubeflow-userid` and `kubeflow-groups`. */
  userClaim: string;
  groupsClaim: string;
  /** JWS algorithms of its ID tokens, all asymmetric. */
  signingAlgorithms: readonly string[];
  /** Where istiod fetches its keys. */
  jwksUri: string;
  /** Where oauth2-proxy sends browsers, redeems codes and gets keys; or the discovery document says so. */
  endpoints: { login: string; token: string; keys: string } | "discovered";
  /** Who vouches for its certificate: our own CA for Dex, otherwise what the settings say. */
  authority: Authority | { type: "private" };
  /** Beginnings of paths of the gate host that are the provider's own, where people without a session sign in. */
  paths: readonly string[];
  /** Whether it is this platform's Dex, which only oauth2-proxy gets tokens of, after it has admitted a person. */
  ownDex: boolean;
  /** Where oauth2-proxy tells it of a sign-out. */
  backendLogoutUrl?: string;
}

export function identityProviderOf(settings: Settings, hosts: Hosts): IdentityProvider {
  const { provider } = settings.identity;
  if (provider.type === "dex") {
    return {
      issuer: issuerOf(hosts),
      clientId: dex.clientId,
      scopes: ["openid", "email", "profile", "groups", "offline_access"],
      userClaim: "email",
      groupsClaim: "groups",
      signingAlgorithms: ["RS256"],
      endpoints: {
        login: loginUrl(settings, hosts),
        token: `${internalDexUrl}/token`,
        keys: `${internalDexUrl}/keys`,
      },
      jwksUri: `${internalDexUrl}/keys`,
      authority: { type: "private" },
      paths: ["/dex/"],
      ownDex: true,
    };
  }
  const { issuer, jwksUri, clientId, userClaim, groupsClaim, ca, backendLogoutUrl } = provider;
  return {
    issuer,
    clientId,
    scopes: scopesAsked(provider),
    userClaim,
    groupsClaim,
    signingAlgorithms: asymmetric,
    jwksUri,
    endpoints: "discovered",
    authority: ca,
    paths: [],
    ownDex: false,
    ...(backendLogoutUrl === undefined ? {} : { backendLogoutUrl }),
  };
}

/** Dex's choice of connectors. Where it would show machines' beside the only one of people, it is left out. */
function loginUrl(settings: Settings, hosts: Hosts): string {
  const [only, ...others] = peoplesConnectors(settings);
  const straight = settings.machines.connectors.length > 0 && only !== undefined && others.length === 0;
  return `${issuerOf(hosts)}/auth${straight ? `/${only}` : ""}`;
}

/** RFC 7518, section 3.1, and RFC 8037, without HMAC, for which the client secret would be the key, and without `none`. */
const asymmetric = [...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"], ...["ES256", "ES384", "ES512", "EdDSA"]];
