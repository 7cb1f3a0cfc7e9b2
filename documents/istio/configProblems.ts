/** The mesh configuration: `data.mesh` of the ConfigMap, YAML of istio.mesh.v1alpha1.MeshConfig. */
import { parseDocument } from "yaml";
import { at, Differences, type Difference, isAbsent, listOf, mappingOf } from "../existing/difference";
import { type MeshConfig } from "./meshConfig";
import { discoveryAddresses, meshObjects, type RequiredMesh } from "./requiredMesh";
import { goDurationSeconds } from "./goDuration";

export function configProblems(configMap: unknown, required: RequiredMesh): Difference[] {
  const found = new Differences(`ConfigMap ${meshObjects(required).configMap}`);
  const mesh = readMesh(at(configMap, "data", "mesh"));
  if (typeof mesh === "string") {
    found.add("data.mesh", undefined, `istiod's configuration cannot be compared: ${mesh}`);
    return found.all;
  }
  identityProblems(found, mesh, required);
  providerProblems(found, mesh, required.meshConfig);
  const { normalization } = required.meshConfig.pathNormalization;
  found.expect(
    at(mesh, "pathNormalization", "normalization") === normalization,
    "pathNormalization.normalization",
    at(mesh, "pathNormalization", "normalization"),
    `write ${normalization}: policies and routes must see one spelling of a path (CVE-2021-31920, CVE-2021-39156)`,
  );
  reachProblems(found, mesh, required);
  proxyProblems(found, at(mesh, "defaultConfig"), required);
  return found.all;
}

/** Whose identity counts, and how far a policy reaches. */
function identityProblems(found: Differences, mesh: unknown, { meshConfig, ownNamespaces }: RequiredMesh): void {
  const trustDomain = at(mesh, "trustDomain");
  // Istio's own default (pkg/config/mesh, DefaultMeshConfig).
  const domain = isAbsent(trustDomain) ? "cluster.local" : trustDomain;
  found.expect(
    domain === meshConfig.trustDomain,
    "trustDomain",
    trustDomain,
    `write ${meshConfig.trustDomain}: the gate's policies name identities of that domain`,
  );
  found.expect(
    isAbsent(at(mesh, "trustDomainAliases")),
    "trustDomainAliases",
    at(mesh, "trustDomainAliases"),
    "remove them: identities of another domain would count as the gateway's own",
  );
  const root = at(mesh, "rootNamespace");
  found.expect(
    isAbsent(root) || (typeof root === "string" && !ownNamespaces.includes(root)),
    "rootNamespace",
    root,
    "write the namespace of Istio: policies that the gate has for one namespace would hold for the whole mesh",
  );
}

/** What istiod sees of the platform, and what it sends to the gateway beside that. */
function reachProblems(found: Differences, mesh: unknown, { gatewayLabel }: RequiredMesh): void {
  const absent: readonly (readonly [path: string[], mend: string])[] = [
    [["discoverySelectors"], "remove them: istiod would take no notice of namespaces that they leave out"],
    [["configSources"], "remove them: istiod would not read policies from the API server"],
    [
      ["defaultConfig", "gatewayTopology"],
      "remove it: ingress.clientAddress alone says whose word counts for the client's address",
    ],
    [
      ["defaultConfig", "runtimeValues"],
      "remove them: they can turn off what Envoy's security releases turned on (envoy.reloadable_features)",
    ],
  ];
  for (const [path, mend] of absent) {
    found.expect(isAbsent(at(mesh, ...path)), path.join("."), at(mesh, ...path), mend);
  }
  for (const field of ["defaultServiceExportTo", "defaultVirtualServiceExportTo", "defaultDestinationRuleExportTo"]) {
    const value = at(mesh, field);
    found.expect(
      isAbsent(value) || listOf(value).includes("*"),
      field,
      value,
      'write ["*"] or remove it: the gateway would not know routes and services of other namespaces',
    );
  }
  // The second one stands in for the first (getIngressGatewaySelector in pilot/pkg/config/kube/ingress).
  for (const field of ["ingressSelector", "ingressService"]) {
    const selected = at(mesh, field);
    found.expect(
      selected !== gatewayLabel,
      field,
      selected,
      "name another gateway: every Ingress resource of the cluster would open hosts on this one",
    );
  }
  const autoMtls = at(mesh, "enableAutoMtls");
  found.expect(
    isAbsent(autoMtls) || autoMtls === true,
    "enableAutoMtls",
    autoMtls,
    "write true: the gateway would speak plain text to parts that refuse it",
  );
}

/** Where proxies get their configuration from, and whether they take what comes. */
function proxyProblems(found: Differences, proxies: unknown, required: RequiredMesh): void {
  const address = at(proxies, "discoveryAddress");
  const addresses = discoveryAddresses(required);
  found.expect(
    // Istio's own default (pkg/config/mesh, DefaultProxyConfig).
    addresses.some((one) => one === (isAbsent(address) ? "istiod.istio-system.svc:15012" : address)),
    "defaultConfig.discoveryAddress",
    address,
    `write ${addresses[0]}: proxies would get their rules from another istiod than the one that is looked at here`,
  );
  const mode = at(proxies, "interceptionMode");
  found.expect(
    isAbsent(mode) || mode === "REDIRECT" || mode === "TPROXY",
    "defaultConfig.interceptionMode",
    mode,
    "write REDIRECT: requests would go past the sidecars",
  );
  // istio-cni leaves a pod with this variable alone (cni/pkg/plugin/plugin.go).
  const disabled = at(proxies, "proxyMetadata", "DISABLE_ENVOY");
  found.expect(
    isAbsent(disabled) || disabled === "false",
    "defaultConfig.proxyMetadata.DISABLE_ENVOY",
    disabled,
    "remove it: pods would run without what says who may ask them",
  );
}

/** oauth2-proxy's entry; those of others may be whatever they are. */
function providerProblems(found: Differences, mesh: unknown, { extensionProviders: [required] }: MeshConfig): void {
  if (required === undefined) {
    return;
  }
  const { name, envoyExtAuthzHttp } = required;
  const field = `extensionProviders[${name}]`;
  const entries = listOf(at(mesh, "extensionProviders")).filter((entry) => at(entry, "name") === name);
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    found.add(
      field,
      entries.length === 0 ? undefined : entries,
      "have exactly one entry of this name, as gatehouse mesh prints it",
    );
    return;
  }
  for (const key of Object.keys(mappingOf(entry))) {
    found.expect(
      key === "name" || key === "envoyExtAuthzHttp" || isAbsent(at(entry, key)),
      `${field}.${key}`,
      at(entry, key),
      "remove it: the gate's check is envoyExtAuthzHttp alone",
    );
  }
  const http = at(entry, "envoyExtAuthzHttp");
  const keys = new Set([...Object.keys(envoyExtAuthzHttp), ...Object.keys(mappingOf(http))]);
  for (const key of keys) {
    const [value, wanted] = [at(http, key), at(envoyExtAuthzHttp, key)];
    found.expect(
      key === "timeout" ? isShort(value) : isSame(value, wanted),
      `${field}.envoyExtAuthzHttp.${key}`,
      value,
      mendOf(key, wanted),
    );
  }
}

const longestCheck = 30;

/** Every request waits for its check, so how long is the mesh owner's to say, within reason. */
function isShort(value: unknown): boolean {
  const seconds = typeof value === "string" ? goDurationSeconds(value) : Number.NaN;
  return seconds > 0 && seconds <= longestCheck;
}

const whys: Record<string, string> = {
  service: "another service would decide who gets in",
  pathPrefix: "oauth2-proxy would answer an application's paths as its own",
  failOpen: "without oauth2-proxy everybody would get in",
  includeAdditionalHeadersInCheck: "people would not come back from sign-in to where they were",
  headersToUpstreamOnAllow: "applications get the ID token and nothing else",
  headersToDownstreamOnAllow: "a refreshed session must reach the browser",
  headersToDownstreamOnDeny: "sign-in begins with these headers",
};

function mendOf(key: string, wanted: unknown): string {
  if (key === "timeout") {
    return `write a duration of ${longestCheck}s at the most, such as ${String(wanted)}`;
  }
  const why = whys[key] === undefined ? "" : `: ${whys[key]}`;
  return wanted === undefined
    ? "remove it: the gate's check is without"
    : `write ${typeof wanted === "string" ? wanted : JSON.stringify(wanted)}${why}`;
}

/** Equal; the order of names of headers says nothing, and Protocol Buffers leave `false` out. */
function isSame(value: unknown, wanted: unknown): boolean {
  if (wanted === undefined || wanted === false) {
    return isAbsent(value) || value === wanted;
  }
  if (Array.isArray(wanted)) {
    const texts = listOf(value);
    return texts.length === wanted.length && wanted.every((text) => texts.includes(text));
  }
  if (typeof wanted === "object" && wanted !== null) {
    const [found, expected] = [mappingOf(value), mappingOf(wanted)];
    const keys = Object.keys({ ...found, ...expected });
    return keys.every((key) => at(found, key) === at(expected, key));
  }
  return value === wanted;
}

/**
 * The configuration as istiod would read it, or why not. Istio's YAML parser knows merge keys, and Protocol Buffers take a
 * field by either of its names, `trustDomain` or `trust_domain`. Where YAML 1.1 reads more into a value than YAML 1.2, as in
 * `no`, the value is none that passes.
 */
function readMesh(text: unknown): Record<string, unknown> | string {
  if (typeof text !== "string") {
    return "it is not there";
  }
  const document = parseDocument(text, { merge: true });
  if (document.errors.length > 0 || document.warnings.length > 0) {
    return "it is not plain YAML";
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? mappingOf(camelCased(value))
      : "it is not a mapping";
  } catch (error) {
    return error instanceof TwoSpellings ? error.message : "it is not plain YAML";
  }
}

class TwoSpellings extends Error {}

/** Maps whose keys are data: names of headers, flags, variables and labels. */
const maps = ["includeAdditionalHeadersInCheck", "runtimeValues", "proxyMetadata", "matchLabels"];

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(camelCased);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const result: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const name = key.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    if (Object.hasOwn(result, name)) {
      throw new TwoSpellings(`${name} is there under two names`);
    }
    Object.defineProperty(result, name, {
      value: maps.includes(name) ? inner : camelCased(inner),
      enumerable: true,
    });
  }
  return result;
}
