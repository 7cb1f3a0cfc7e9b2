import { oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule } from "./proxyRule";
import { switchedTo } from "./switchLook";
import { asvs } from "../frameworks";

/** An address that the provider didn't verify is nobody's identity. */
export const forbidUnverifiedEmail = proxyRule(
  {
    name: "forbid-unverified-email",
    title: "Only verified e-mail addresses sign in",
    why:
      "Kubeflow knows people by their address. Where oauth2-proxy takes one that the provider didn't verify, anybody who " +
      "may write an address into his profile there is any user here.",
    mend: "Remove insecure_oidc_allow_unverified_email, or write false; a provider without the claim is set up to send it.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      287,
      "Improper Authentication",
      {
        id: "OpenID Connect Core 1.0, 5.7",
        url: "https://openid.net/specs/openid-connect-core-1_0.html#ClaimStability",
        about: "other claims than sub and iss must not be taken for an identity as they stand",
      },
      oauth2ProxyDocs("insecure_oidc_allow_unverified_email"),
      asvs("10.5.2", "a user is known by claims that nobody else can get"),
    ),
    settings: [],
  },
  ...switchedTo(false, {
    insecure_oidc_allow_unverified_email: "signs people in with addresses that nobody verified",
  }),
);
