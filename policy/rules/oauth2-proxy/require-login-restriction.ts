import { asList, type Layer, mention, mentions, shown } from "../../readers/oauth2Proxy/setting";
import { kubeflowManifests, oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule, seen, wrong } from "./proxyRule";

/** One domain, with everything below it or not. */
const domain = /^(\*?\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** What says who may sign in, besides the domain. */
const restrictions = [
  "allowed_groups",
  "allowed_roles",
  "authenticated_emails_file",
  "bitbucket_repository",
  "bitbucket_team",
  "entra_id_allowed_tenants",
  "github_org",
  "github_repo",
  "github_team",
  "github_users",
  "gitlab_groups",
  "gitlab_projects",
  "google_groups",
  "keycloak_groups",
];

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
  return restrictions.some((name) => {
    const setting = mention(layers, name);
    return setting !== undefined && asList(setting.read()).some((value) => value !== "*");
  });
}
