/** istiod's Deployment: its version, flags, environment, and the authorities that it trusts when it fetches keys. */
import { at, Differences, type Difference, isAbsent, listOf, textOf } from "../existing/difference";
import { type Container, containerOf, flag, parsed, versionOf } from "../existing/workload";
import { goDurationSeconds } from "./goDuration";
import { extraAuthorities, istiodEnv, keepaliveMaxServerConnectionAge, severalProviders } from "./istiodOptions";
import { meshObjects, type RequiredMesh } from "./requiredMesh";

const container = "discovery";

/** A file here would take the ConfigMap's place (pilot/pkg/bootstrap/mesh.go). */
const configFile = "/etc/istio/config/mesh";

export function istiodProblems(deployment: unknown, required: RequiredMesh): Difference[] {
  const found = new Differences(`Deployment ${meshObjects(required).deployment}`);
  const discovery = containerOf(deployment, container);
  if (discovery === undefined) {
    found.add(`container ${container}`, undefined, "name the Istio that istiod's own chart has installed");
    return found.all;
  }
  versionProblems(found, versionOf(deployment, discovery.image) ?? discovery.image, required.version);
  envProblems(found, discovery, required);
  flagProblems(found, discovery, required);
  mountProblems(found, deployment, discovery, required);
  return found.all;
}

/** The version of istiod, where it can be told. */
export function istiodVersion(deployment: unknown): string | undefined {
  return versionOf(deployment, containerOf(deployment, container)?.image);
}

/** EnvoyFilters are made for one version of Envoy, and the older ones have advisories. */
function versionProblems(found: Differences, version: string | undefined, tested: string): void {
  const [major, minor, patch] = parsed(tested) ?? [0, 0, 0];
  const is = parsed(version ?? "");
  found.expect(
    is !== undefined && is[0] === major && is[1] === minor && is[2] >= patch,
    "version",
    version,
    `run ${tested} or a later patch of ${major}.${minor}: the gate's filters are tested with its Envoy`,
  );
}

const oneOf =
  (...texts: (string | undefined)[]) =>
  (value: string | undefined) =>
    texts.includes(value);

/** Variables, what they may be, and what to write. A value from elsewhere cannot be seen, and none of these need be one. */
function envRules({
  revision,
  istiodEnv: required,
}: RequiredMesh): [name: string, holds: (value: string | undefined) => boolean, mend: string][] {
  return [
    ["REVISION", oneOf(revision ?? "default"), `name the revision of this istiod in istio.revision`],
    [
      "PILOT_SCOPE_GATEWAY_TO_NAMESPACE",
      oneOf(istiodEnv.PILOT_SCOPE_GATEWAY_TO_NAMESPACE),
      "write true: any tenant could open a listener on the gateway",
    ],
    [
      "PILOT_FILTER_GATEWAY_CLUSTER_CONFIG",
      oneOf(istiodEnv.PILOT_FILTER_GATEWAY_CLUSTER_CONFIG),
      "write true: the gateway would obey DestinationRules for Services to which no route leads, and one can stop it",
    ],
    [
      "PILOT_JWT_ENABLE_REMOTE_JWKS",
      oneOf(undefined, "", "false", "istiod"),
      "write false: istiod has to fetch keys, and keeps the last ones when an issuer is away",
    ],
    [
      "PILOT_JWT_PUB_KEY_REFRESH_INTERVAL",
      (value) => isAtMost(value, istiodEnv.PILOT_JWT_PUB_KEY_REFRESH_INTERVAL),
      `write ${istiodEnv.PILOT_JWT_PUB_KEY_REFRESH_INTERVAL} or less: tokens of a new key would be refused for as long`,
    ],
    [
      "BLOCKED_CIDRS_IN_JWKS_URIS",
      (value) => istiodEnv.BLOCKED_CIDRS_IN_JWKS_URIS.split(",").every((cidr) => blocks(value).includes(cidr)),
      `have ${istiodEnv.BLOCKED_CIDRS_IN_JWKS_URIS} in it: a tenant could have istiod ask the metadata server (CVE-2026-41413)`,
    ],
    ...Object.entries(severalProviders)
      .filter(([name]) => name in required)
      .map(([name, value]): [string, (value: string | undefined) => boolean, string] => [
        name,
        oneOf(value),
        `write ${value}: notebooks with hosts of their own have a sign-in of their own, and with two providers istiod would deny everything`,
      ]),
    // All of these are Istio's defaults, and each of them is a way around them.
    ...[
      "ENABLE_DEBUG_ENDPOINT_AUTH",
      "XDS_AUTH",
      "PILOT_ENABLE_XDS_IDENTITY_CHECK",
      "ENABLE_XDS_API_GENERATOR_AUTH",
    ].map((name): [string, (value: string | undefined) => boolean, string] => [
      name,
      oneOf(undefined, "", "true"),
      "write true: whoever reaches istiod could read or take what is another's",
    ]),
    [
      "PILOT_SKIP_VALIDATE_TRUST_DOMAIN",
      oneOf(undefined, "", "false"),
      "write false: identities of another domain would be let through",
    ],
    [
      "JWKS_RESOLVER_INSECURE_SKIP_VERIFY",
      oneOf(undefined, "", "false"),
      "write false: whoever is on the way could hand out keys, and with them any identity",
    ],
    [
      "UNSAFE_ENABLE_ADMIN_ENDPOINTS",
      oneOf(undefined, "", "false"),
      "write false: whoever reaches istiod could change what it does",
    ],
    [
      "XDS_AUTH_PLAINTEXT",
      oneOf(undefined, "", "false"),
      "write false: identities would be taken from connections without TLS",
    ],
    ["TRUSTED_GATEWAY_CIDR", oneOf(undefined, ""), "remove it: identities would be taken from a header"],
    ["SHARED_MESH_CONFIG", oneOf(undefined, ""), "remove it: a second ConfigMap would change the mesh configuration"],
  ];
}

function envProblems(found: Differences, { env, envFrom }: Container, required: RequiredMesh): void {
  for (const [name, holds, mend] of envRules(required)) {
    const elsewhere = env.has(name) && env.get(name) === undefined;
    found.expect(!elsewhere && holds(env.get(name)), `env ${name}`, elsewhere ? "valueFrom" : env.get(name), mend);
  }
  // A field of the pod, as in the chart, is where the pod is; Istio's own default is istio-system (pilot/pkg/bootstrap/options.go).
  const [variable, of] = ["POD_NAMESPACE", required.namespace];
  const place = env.has(variable) ? (env.get(variable) ?? of) : "istio-system";
  found.expect(
    place === of,
    `env ${variable}`,
    env.get(variable),
    `write ${of}: istiod would read the mesh configuration of another namespace`,
  );
  found.expect(
    !envFrom,
    "envFrom",
    "envFrom",
    "write the variables one by one: what comes from elsewhere is not checked",
  );
}

function flagProblems(found: Differences, { args }: Container, { clusterDomain, namespace }: RequiredMesh): void {
  const age = flag(args, "keepaliveMaxServerConnectionAge");
  found.expect(
    isAtMost(age, keepaliveMaxServerConnectionAge),
    "--keepaliveMaxServerConnectionAge",
    age,
    `write ${keepaliveMaxServerConnectionAge} or less: after a restart of the cluster nobody would get in for as long`,
  );
  const domain = flag(args, "domain");
  found.expect(
    domain === undefined || domain === clusterDomain,
    "--domain",
    domain,
    `write ${clusterDomain}: the platform's services are known under that domain`,
  );
  const file = flag(args, "meshConfig");
  found.expect(file === undefined, "--meshConfig", file, "remove it: a file would take the ConfigMap's place");
  const folder = flag(args, "configDir");
  found.expect(
    isAbsent(folder),
    "--configDir",
    folder,
    "remove it: istiod would not read policies from the API server",
  );
  // pflag takes the short form with its value behind it or in the same argument.
  const short = args.findLast((arg) => /^-n/.test(arg));
  const read = flag(args, "namespace") ?? (short === "-n" ? args[args.lastIndexOf("-n") + 1] : short?.slice(2));
  found.expect(
    read === undefined || read === namespace,
    "--namespace",
    read,
    "remove it: istiod would read the mesh configuration of another namespace",
  );
}

function mountProblems(
  found: Differences,
  deployment: unknown,
  { mounts }: Container,
  { authoritySecret }: RequiredMesh,
): void {
  const { folder } = extraAuthorities;
  const mounted = mounts.filter(({ path }) => path === folder);
  const volume = listOf(at(deployment, "spec", "template", "spec", "volumes")).find(
    (each) => textOf(at(each, "name")) === mounted[0]?.name,
  );
  const secret = at(volume, "secret");
  found.expect(
    mounted.length === 1 &&
      mounted[0]?.subPath === undefined &&
      at(secret, "secretName") === authoritySecret &&
      isAbsent(at(secret, "items")) &&
      at(secret, "optional") !== true,
    `volume at ${folder}`,
    secret === undefined ? volume : secret,
    `mount the Secret ${authoritySecret} as a whole, and not as an optional one: istiod could not verify whom it gets keys from`,
  );
  const inTheWay = mounts.find(
    ({ path }) => path !== "/" && (path === configFile || configFile.startsWith(`${path}/`)),
  );
  found.expect(
    inTheWay === undefined,
    `volume at ${inTheWay?.path ?? ""}`,
    inTheWay?.name,
    "remove it: a file would take the ConfigMap's place",
  );
}

function isAtMost(value: string | undefined, longest: string): boolean {
  const seconds = goDurationSeconds(value ?? "");
  return seconds > 0 && seconds <= goDurationSeconds(longest);
}

function blocks(value: string | undefined): string[] {
  return (value ?? "").split(",").map((text) => text.trim());
}
