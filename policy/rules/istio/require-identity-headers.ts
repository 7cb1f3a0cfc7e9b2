import { patchesOf } from "../../readers/envoyFilter";
import { headersRemovedIn, identityHeaders } from "../../readers/identityHeaders";
import { isKind } from "../../readers/istio";
import { reachOf } from "../../readers/istioReach";
import { jwtRulesOf } from "../../readers/jwtRules";
import { ReachIndex } from "../../readers/reachIndex";
import { type Member, type StackContext, type StackRule, violation } from "../../rule";
import { about } from "./about";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(290, "Authentication Bypass by Spoofing");

/**
 * What a client sends as kubeflow-userid or kubeflow-groups never reaches an application.
 *
 * Envoy takes away only the headers that a rule writes, and only when a token of that rule's issuer came. So each rule
 * writes both, or an EnvoyFilter takes both off every request before anything else looks at it.
 */
export const requireIdentityHeaders: StackRule = {
  name: "require-identity-headers",
  title: "Who somebody is comes from the token alone",
  why:
    "Kubeflow's applications believe kubeflow-userid and kubeflow-groups. Envoy removes of them what a token's rule writes: " +
    "with a rule that writes one of them, or none, whoever has a token of that issuer is whom the request says.",
  mend:
    "Map a claim to kubeflow-userid and one to kubeflow-groups in outputClaimToHeaders of every jwtRule; a claim that isn't " +
    "there leaves the header out.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    {
      id: "kubeflow/kubeflow#6702",
      url: "https://github.com/kubeflow/kubeflow/issues/6702",
      about: "a client that sends kubeflow-userid is taken for that user",
    },
    istioPage(
      "Istio JWTRule",
      "reference/config/security/jwt/",
      "outputClaimToHeaders overwrites a header that is there already",
    ),
  ],
  settings: ["rootNamespace"],
  checkTogether(members, context) {
    const removed = new Removed(members, context);
    return members.flatMap((member) =>
      about(member, () => {
        const rules = jwtRulesOf(member.manifest);
        if (rules.length === 0) return [];
        const missing = rules
          .map((rule) => {
            const written = rule.headersFromClaims();
            return { field: rule.field, names: identityHeaders.filter((name) => !written.includes(name)) };
          })
          .filter(({ names }) => names.length > 0);
        if (missing.length === 0) return [];
        const gone = removed.for(member);
        return missing.flatMap(({ field, names }) => {
          const open = names.filter((name) => !gone.has(name));
          if (open.length === 0) return [];
          const message =
            `${field} writes no ${open.join(" and no ")}, so with a token of this issuer a client's own is believed. ` +
            "Map a claim to it in outputClaimToHeaders.";
          return [violation(field, message)];
        });
      }),
    );
  },
};

/** The headers that EnvoyFilters take off every request of a workload, whichever tokens come with it. */
class Removed {
  readonly #filters: ReachIndex<Member>;
  readonly #context: StackContext;
  readonly #answers = new Map<string, ReadonlySet<string>>();

  constructor(members: readonly Member[], context: StackContext) {
    this.#context = context;
    this.#filters = new ReachIndex(
      members.filter(({ manifest }) => isKind(manifest, "EnvoyFilter")),
      (filter) => reachOf(filter, context),
    );
  }

  for(member: Member): ReadonlySet<string> {
    const [hidden] = this.#filters.unread;
    if (hidden !== undefined) throw hidden as Error;
    const reach = reachOf(member, this.#context);
    const key = JSON.stringify(reach);
    const known = this.#answers.get(key);
    if (known) return known;
    const names = this.#filters
      .covering(reach)
      .flatMap(({ manifest }) => patchesOf(manifest))
      .filter(({ port }) => port === undefined)
      .flatMap(headersRemovedIn);
    const answer = new Set(names);
    this.#answers.set(key, answer);
    return answer;
  }
}
