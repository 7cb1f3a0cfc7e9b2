import { asList, type Layer, mention, mentions, notShown, shown } from "../../readers/oauth2Proxy/setting";
import { kubeflowManifests, oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule, seen, wrong } from "./proxyRule";
import { asvs } from "../frameworks";

/** One domain, with everything below it or not. */
const domain = /^(\*?\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** What says who may sign in, besides the domain, and for which provider: the others don't look at it (providers/*.go). */
const restrictions: Readonly<Record<string, RegExp>> = {
  allowed_groups: /./,
  allowed_roles: /^keycloak-oidc$/,
  authenticated_emails_file: /./,
  bitbucket_repository: /^bitbucket$/,
  bitbucket_team: /^bitbucket$/,
  entra_id_allowed_tenants: /^entra-id$/,
  github_org: /^github$/,
  github_repo: /^github$/,
  github_team: /^github$/,
  github_users: /^github$/,
  gitlab_groups: /^gitlab$/,
  gitlab_projects: /^gitlab$/,
  google_groups: /^google$/,
  keycloak_groups: /^keycloak$/,
};

/** Somebody said who may sign in. */
export const requireLoginRestriction = proxyRule(
  {
    name: "require-login-restriction",
    title: "Domains or groups say who may sign in",
    why:
      'With email_domains = ["*"] and no groups everybody signs in whom the provider knows; behind a public provider that is ' +
      "everybody.",
    mend: 'Name the domains, for example email_domains = ["example.com"], or the groups in allowed_groups.',
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      285,
      "Improper Authorization",
      kubeflowManifests,
      oauth2ProxyDocs("email_domains with * authenticates any e-mail address"),
      asvs("8.2.1", "those get in who were given the right to"),
    ),
    settings: [],
  },
  ({ layers, providers }) => {
    if (providers.length > 0 && providers.every((scope) => isRestricted([...scope, ...layers]))) return [];
    return mentions(layers, "email_domains").flatMap((setting) =>
      asList(seen(setting)?.value)
        .filter((value) => !domain.test(value))
        .map((value) =>
          wrong(
            setting,
            `lets ${shown(value)} sign in, and no group says who. Name domains, for example example.com, or groups in allowed_groups.`,
          ),
        ),
    );
  },
);

function isRestricted(layers: readonly Layer[]): boolean {
  const provider = mention(layers, "provider")?.read();
  // Where nobody says, it is Google; one that isn't shown may be any.
  const type = typeof provider === "string" && provider !== "" ? provider : "google";
  return Object.entries(restrictions).some(([name, providers]) => {
    const setting = mention(layers, name);
    if (setting === undefined || (provider !== notShown && !providers.test(type))) return false;
    return asList(setting.read()).some((value) => value !== "*");
  });
}
