import { actionOf, isForStrangers, policyRules } from "../../readers/authorizationPolicy";
import { isKind } from "../../readers/istio";
import { type Route, routesOf } from "../../readers/routes";
import { type Finding, type Member, type StackFinding, type StackRule, violation } from "../../rule";
import { about, mayBe } from "./about";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(425, "Direct Request ('Forced Browsing')");

/** What signs people in, by the beginning of its paths: the names that its Services may have. */
const parts = [
  { prefix: "/oauth2/", service: /oauth2-?proxy/, name: "oauth2-proxy" },
  { prefix: "/dex/", service: /(^|[^a-z])dex([^a-z]|$)/, name: "Dex" },
] as const;

type Part = (typeof parts)[number];

export const requireSignInRoutes: StackRule = {
  name: "require-sign-in-routes",
  title: "Sign-in's paths go to what signs people in",
  why:
    "Policies leave out /oauth2/ and /dex/, so whatever answers there is open to everybody. Without a route of their own " +
    "they fall to the route for everything else, in Kubeflow the dashboard.",
  mend: "Route the prefix /oauth2/ to oauth2-proxy and /dex/ to Dex, in a VirtualService of the host where people sign in.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    {
      id: "kubeflow/manifests#2864",
      url: "https://github.com/kubeflow/manifests/pull/2864",
      about: "Kubeflow 1.9.0 had no route for /oauth2/, and the dashboard answered there",
    },
    istioPage(
      "Istio VirtualService",
      "reference/config/networking/virtual-service/#HTTPRoute",
      "the first route that matches",
    ),
  ],
  settings: [],
  checkTogether(members) {
    const routes: Route[] = [];
    let routed = false;
    const found: StackFinding[] = members.flatMap((member) =>
      about(member, () => {
        const own = routesOf(member.manifest);
        routed ||= own.length > 0;
        routes.push(...own);
        return own.flatMap(misled);
      }),
    );
    // Policies by themselves don't tell where a path goes, and a route that is unknown at preview may be the one.
    if (!routed || found.some(({ finding }) => finding.kind === "unchecked")) return found;
    const policies = members.filter((member) => isKind(member.manifest, "AuthorizationPolicy"));
    return [
      ...found,
      ...parts.flatMap((part) => {
        if (routes.some((route) => leadsTo(route, part))) return [];
        const policy = policies.find((member) => mayBe(() => leavesOut(member, part)));
        return policy === undefined ? [] : about(policy, () => [unrouted(part)]);
      }),
    ];
  },
};

/** A route of one of these paths that goes to something else. */
function misled(route: Route): Finding[] {
  return parts.flatMap((part) => {
    if (!route.paths.some(({ path }) => path.startsWith(part.prefix) || `${path}/` === part.prefix)) return [];
    return route.services
      .filter((service) => !part.service.test(service))
      .map((service) =>
        violation(
          route.field,
          `${route.field} sends ${part.prefix} to ${JSON.stringify(service)}, where nobody has to have signed in. ` +
            `Send it to ${part.name}.`,
        ),
      );
  });
}

function leadsTo(route: Route, { prefix, service }: Part): boolean {
  const isOwn = route.paths.some(({ path }) => path.startsWith(prefix) || `${path}/` === prefix);
  return isOwn && route.services.length > 0 && route.services.every((name) => service.test(name));
}

/** Whether a policy leaves a part's paths out of what needs a principal. */
function leavesOut({ manifest }: Member, { prefix }: Part): boolean {
  const action = actionOf(manifest);
  return policyRules(manifest)
    .filter((rule) => action === "CUSTOM" || (action === "DENY" && isForStrangers(rule)))
    .some(({ operations }) =>
      operations.some(({ says }) => says["notPaths"]?.some((path) => path.startsWith(prefix)) === true),
    );
}

function unrouted({ prefix, name }: Part): Finding {
  return violation(
    "spec.rules",
    `spec.rules leaves out ${prefix}*, and no route here leads ${prefix} to ${name}: another route answers there, to ` +
      "everybody. Add one.",
  );
}
