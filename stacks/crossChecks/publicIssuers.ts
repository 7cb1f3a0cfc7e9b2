/** Issuers from whom anybody in the world can have a token: only what names its owner tells a stranger's from yours. */
import { comparing } from "./comparing";

interface PublicIssuer {
  name: string;
  issuer: RegExp;
  /**
   * Claims that say whose a token is, and that its holder cannot choose, each with how its values begin that no stranger can
   * have. What isn't here, such as the name of a branch, a workflow or a runner, anybody's token may have.
   */
  claims: Readonly<Record<string, RegExp>>;
  /** What to write in place of a user that strangers may be, too. */
  mend: string;
}

const ownerAndSlash = /^[^/*]+\//;
const whole = /^[^*]+$/;

const publicIssuers: readonly PublicIssuer[] = [
  {
    // https://docs.github.com/actions/reference/security/oidc: also that of one enterprise, whose members are many.
    name: "GitHub",
    issuer: /^https:\/\/token\.actions\.githubusercontent\.com(\/|$)/,
    // Not job_workflow_ref: any repository may call a public one's workflow, with inputs and on runners of its own
    // (https://docs.github.com/actions/reference/workflows-and-actions/reusing-workflow-configurations).
    claims: {
      // Each repository may choose what its `sub` is made of, such as `environment` or `ref` alone, but not the names of the
      // parts, which stand before them; a colon within a part is written as %3A.
      sub: /^repo:[^/*]+\/|^repository_(owner|owner_id|id):[^:*]+(:|$)/,
      repository: ownerAndSlash,
      repository_owner: whole,
      repository_id: whole,
      repository_owner_id: whole,
    },
    mend: "this lets in jobs of anybody on GitHub: name the owner as far as the slash, such as repo:example/*",
  },
  {
    // https://docs.gitlab.com/ci/secrets/id_token_authentication/; of `sub` the first part is always the project's path.
    name: "GitLab",
    issuer: /^https:\/\/gitlab\.com\/?$/,
    claims: {
      sub: /^project_path:[^/*]+\//,
      project_path: ownerAndSlash,
      namespace_path: /^[^/*]+(\/|$)/,
      project_id: whole,
      namespace_id: whole,
    },
    mend: "this lets in jobs of anybody on GitLab: name the group as far as the slash, such as project_path:example/*",
  },
  {
    // https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
    name: "Google",
    issuer: /^https:\/\/accounts\.google\.com\/?$/,
    claims: { sub: whole, email: whole },
    mend: "Google gives numbers and addresses that begin alike to anybody: write whole users",
  },
];

const publicIssuer = (issuer: string) => publicIssuers.find((known) => known.issuer.test(issuer));

/** What to write in place of a user, or a beginning of users, that strangers may be, too. */
export function strangersMend(issuer: string, claim: string, user: string): string | undefined {
  const known = publicIssuer(issuer);
  // Of a claim that anybody may have there is a complaint about the claim.
  const owned = known === undefined || !Object.hasOwn(known.claims, claim) ? undefined : known.claims[claim];
  return owned === undefined || owned.test(user) ? undefined : known?.mend;
}

/** Why this issuer is no cluster's, as a mend. */
export function noClustersMend(issuer: string): string | undefined {
  const known = publicIssuer(issuer);
  return known === undefined
    ? undefined
    : `this is ${known.name}, of whom anybody can have a token, and no cluster: name it in machines.issuers`;
}

/** A user or a group is never taken from a claim that strangers can have the same in. */
export const strangersChooseNoClaim = comparing(["machines"], function* ({ machines }) {
  for (const part of ["issuers", "connectors"] as const) {
    for (const [at, { issuer, userClaim, groupsClaim }] of machines[part].entries()) {
      const known = publicIssuer(issuer);
      for (const [setting, claim] of Object.entries({ userClaim, groupsClaim })) {
        if (known !== undefined && claim !== undefined && !Object.hasOwn(known.claims, claim)) {
          yield {
            path: ["machines", part, at, setting],
            value: claim,
            mend: `anybody on ${known.name} can have a token with the same value: write a claim that says whose it is, one of ${Object.keys(known.claims).join(", ")}`,
          };
        }
      }
    }
  }
});
