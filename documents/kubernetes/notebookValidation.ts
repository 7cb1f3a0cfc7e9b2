/**
 * What a VirtualService at the notebooks' gateway may be, for everybody but the platform: routes of its namespace's own hosts
 * to its namespace's own Services, and nothing that carries a person's credentials elsewhere. An allow-list of fields: what a
 * later Istio adds is refused until somebody has looked at it.
 */
import { identityPrefixes, proxyIdentity } from "../gateway/identityHeaders";
import { escaped, listLiteral, literal, type Named, type Validation, type ValidatingPolicy } from "./admissionPolicy";
import { byPath, hasHosts, isName, isOwnHost, mostRoutes, noHost, noHosts, notebookOfRoute } from "./notebookNames";
import { flattened, refusedByEnvoy } from "./refusedByEnvoy";
import { atTheGateway, mostGateways, type NotebookRoutes, resolved, virtualServices } from "./notebookRoutes";

const fields = ["hosts", "gateways", "http", "exportTo"];

const routeFields = [
  "name",
  "match",
  "route",
  "redirect",
  "directResponse",
  "rewrite",
  "timeout",
  "retries",
  "fault",
  "mirror",
  "mirrors",
  "mirrorPercentage",
  "mirrorPercent",
  "mirror_percent",
  "corsPolicy",
  "headers",
];

/** Of a redirect; `scheme` is looked at besides. */
const redirectFields = ["uri", "prefixRewrite", "authority", "redirectCode", "scheme"];

/** Names that a route may not write: of who somebody is, of where a request goes, and of how HTTP is framed. */
const kept = [
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "host",
  "forwarded",
  "connection",
  "keep-alive",
  "upgrade",
  "te",
  "trailer",
  "transfer-encoding",
  "content-length",
  "expect",
  "via",
  "x-request-id",
  ...["for", "host", "port", "proto", "scheme", "client-cert", "access-token"].map((name) => `x-forwarded-${name}`),
  ...proxyIdentity,
];

export function notebookValidation(args: NotebookRoutes): ValidatingPolicy {
  return {
    failurePolicy: "Fail",
    matchConstraints: virtualServices,
    matchConditions: [
      ...atTheGateway(args),
      // Otherwise nothing could clean up what was there before the policy.
      {
        name: "not-being-deleted-as-it-is",
        expression:
          "!(has(object.metadata.deletionTimestamp) && oldObject != null && object.spec == oldObject.spec && " +
          "object.metadata.?annotations == oldObject.metadata.?annotations)",
      },
    ],
    variables: [...notebookOfRoute(args), ...variables(args)],
    validations: validations(args),
  };
}

function variables(args: NotebookRoutes): Named[] {
  const operations = (side: string) =>
    `variables.headerOperations.map(h, h.?${side}).filter(o, o.hasValue()).map(o, o.value())`;
  return [
    {
      name: "allGateways",
      expression: "object.spec.gateways",
    },
    { name: "hosts", expression: "object.spec.?hosts.orValue([])" },
    {
      name: "internals",
      expression:
        'object.metadata.?annotations.orValue({}).map(key, key).filter(key, key.startsWith("internal.istio.io/"))',
    },
    {
      name: "strangeHosts",
      expression: `variables.hosts.filter(host, !${isOwnHost(args, "host")})`,
    },
    ...refusedByEnvoy,
    {
      name: "strangeFields",
      expression:
        `object.spec.map(key, key).filter(key, !(key in ${listLiteral(fields)})) + ` +
        `${flattened("variables.routes", `r.map(key, key).filter(key, !(key in ${listLiteral(routeFields)}))`)} + variables.refusedByEnvoy`,
    },
    {
      name: "destinations",
      expression:
        `${flattened("variables.routes", 'r.?route.orValue([]).map(d, d.?destination.?host.orValue(""))')} + ` +
        `variables.routes.filter(r, has(r.mirror)).map(r, r.mirror.?host.orValue("")) + ` +
        `${flattened("variables.routes", 'r.?mirrors.orValue([]).map(d, d.?destination.?host.orValue(""))')}`,
    },
    {
      name: "strangeDestinations",
      expression:
        `variables.destinations.filter(d, !d.matches("^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\\\." + request.namespace + ` +
        `${literal(`${escaped(`.svc.${args.clusterDomain}`)})?$`)}))`,
    },
    { name: "redirects", expression: "variables.routes.filter(r, has(r.redirect)).map(r, r.redirect)" },
    {
      name: "headerOperations",
      expression:
        "variables.routes.filter(r, has(r.headers)).map(r, r.headers) + " +
        `${flattened("variables.routes", "r.?route.orValue([]).filter(d, has(d.headers)).map(d, d.headers)")}`,
    },
    { name: "headerSides", expression: `${operations("request")} + ${operations("response")}` },
    {
      name: "written",
      expression: "variables.headerSides.map(o, o.?set.orValue({})) + variables.headerSides.map(o, o.?add.orValue({}))",
    },
    {
      name: "strangeHeaders",
      expression: flattened("variables.written", `r.map(key, key).filter(key, !${mayWrite("key")})`),
    },
    {
      // Two percent signs are one; a single one begins what Envoy fills in, such as another header.
      name: "filledIn",
      expression: flattened("variables.written", 'r.map(key, key).filter(key, r[key].replace("%%", "").contains("%"))'),
    },
  ];
}

/** Where notebookAddresses.ts holds, and the gateway may connect to pods. */
function isProfile(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `namespaceObject.metadata.?labels[?${literal(key)}].orValue("") == ${literal(value)}`)
    .join(" && ");
}

function noProfile(labels: Readonly<Record<string, string>>): string {
  const missing = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return (
    '"namespace " + request.namespace + " has no hosts for notebooks: it is no profile, and there nobody looks at where ' +
    `a Service leads; label it ${missing.join(",")}"`
  );
}

/** Whether a route may write a header of this name. */
export function mayWrite(key: string): string {
  const prefixes = identityPrefixes.map((prefix) => `!${key}.lowerAscii().startsWith(${literal(prefix)})`);
  return `(${key}.matches("^[A-Za-z0-9-]+$") && !(${key}.lowerAscii() in ${listLiteral(kept)}) && ${prefixes.join(" && ")})`;
}

function validations(args: NotebookRoutes): Validation[] {
  const { gateway, domain, signInHost } = args;
  const where = '"VirtualService " + request.namespace + "/" + object.metadata.name + ": "';
  const named = (expression: string, what: string, value: string, mend: string): Validation => ({
    expression,
    reason: "Forbidden",
    messageExpression: `${where} + ${literal(`${what} `)} + ${value} + ${literal(`: ${mend}`)}`,
    message: `${what}: ${mend}`,
  });
  const list = (values: string) => `${values}.join(", ")`;
  const ownHosts = `<its namespace>--<name>.${domain}`;
  return [
    {
      expression: `${hasHosts("request.namespace")} && ${isProfile(args.profileLabels)}`,
      reason: "Forbidden",
      messageExpression: `${where} + (${hasHosts("request.namespace")} ? ${noProfile(args.profileLabels)} : ${noHosts("request.namespace")})`,
      message: "its namespace has no hosts for notebooks: no profile, two hyphens in a row, xn, or no room for a name",
    },
    {
      expression: `!variables.isNotebook || (${isName("variables.name", "variables.label")})`,
      reason: "Forbidden",
      messageExpression: `${where} + ${noHost(
        `${byPath(args, ({ kind }) => kind)}[variables.segments[1]]`,
        "request.namespace",
        "variables.name",
        "variables.label",
      )}`,
      message:
        "its name can have no host: small letters, digits and single hyphens, and 63 characters with all of its label",
    },
    named(
      `variables.allGateways.size() <= ${mostGateways} && variables.allGateways.all(g, ${resolved("g")} == ${literal(gateway)})`,
      "spec.gateways",
      list("variables.allGateways"),
      `what is at ${gateway} is nowhere else; remove the others, or have a second VirtualService`,
    ),
    named(
      "variables.internals.size() == 0",
      "metadata.annotations has",
      list("variables.internals"),
      "remove them: Istio takes such an object for one that it made itself",
    ),
    named(
      `variables.allRoutes.size() <= ${mostRoutes}`,
      "spec.http has",
      'string(variables.allRoutes.size()) + " routes"',
      `have at most ${mostRoutes} in a VirtualService`,
    ),
    named(
      "variables.strangeFields.size() == 0",
      "spec or spec.http[] has",
      list("variables.strangeFields"),
      `a notebook's route has none of these; remove them (it may have ${fields.join(", ")}, and in http ${routeFields.join(", ")})`,
    ),
    named(
      "variables.hosts.size() > 0 && variables.strangeHosts.size() == 0",
      "spec.hosts",
      list("variables.hosts"),
      `write hosts of its own namespace alone, ${ownHosts}`,
    ),
    named(
      "variables.strangeDestinations.size() == 0",
      "spec.http[] leads to",
      list("variables.strangeDestinations"),
      `write Services of its own namespace alone, <name> or <name>.<its namespace>.svc.${args.clusterDomain}`,
    ),
    named(
      "variables.redirects.all(r, " +
        `r.all(key, key in ${listLiteral(redirectFields)}) && r.?scheme.orValue("https") == "https" && ` +
        `(!has(r.authority) || r.authority == ${literal(signInHost)} || ${isOwnHost(args, "r.authority")}))`,
      "spec.http[].redirect leads to",
      list('variables.redirects.map(r, r.?scheme.orValue("https") + "://" + r.?authority.orValue("its own host"))'),
      `lead by https to ${ownHosts} or nowhere, and without a port`,
    ),
    named(
      "variables.routes.all(r, !has(r.rewrite) || !has(r.rewrite.authority))",
      "spec.http[].rewrite.authority",
      list('variables.routes.map(r, r.?rewrite.?authority.orValue("")).filter(a, a != "")'),
      "remove it: a notebook is asked by the host that the browser asked for",
    ),
    named(
      "variables.strangeHeaders.size() == 0",
      "spec.http[].headers writes",
      list("variables.strangeHeaders"),
      "remove them: the gate says who somebody is, and HTTP how a message ends",
    ),
    named(
      "variables.filledIn.size() == 0",
      "spec.http[].headers has Envoy fill in",
      list("variables.filledIn"),
      "a token perhaps; write plain text, and a percent sign as %%",
    ),
    named(
      "variables.routes.all(r, !r.?corsPolicy.?allowCredentials.orValue(false))",
      "spec.http[].corsPolicy.allowCredentials",
      '"true"',
      "remove it: other pages could read a notebook as whoever looks at them",
    ),
  ];
}
