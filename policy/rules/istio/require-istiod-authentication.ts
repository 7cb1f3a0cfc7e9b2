import { type Rule } from "../../rule";
import { istioPage, weakness } from "./facts";
import { type Expected, isFalse, isTrue, isUnset, variableFindings } from "./istiodVariables";

const { framework, reference } = weakness(306, "Missing Authentication for Critical Function");

const onByDefault = (name: string): Expected => ({
  name,
  holds: (value) => isUnset(value) || isTrue(value),
  mend: "Write true, or remove it: whoever reaches istiod could read or take what is another's.",
});

const offByDefault = (name: string, why: string): Expected => ({
  name,
  holds: (value) => isUnset(value) || isFalse(value),
  mend: `Write false, or remove it: ${why}.`,
});

/** All of these are Istio's defaults, and each is a way around them (pilot/pkg/features of Istio 1.31). */
const expected: readonly Expected[] = [
  ...["ENABLE_DEBUG_ENDPOINT_AUTH", "XDS_AUTH", "PILOT_ENABLE_XDS_IDENTITY_CHECK", "ENABLE_XDS_API_GENERATOR_AUTH"].map(
    onByDefault,
  ),
  offByDefault("XDS_AUTH_PLAINTEXT", "identities would be taken from connections without TLS"),
  offByDefault("PILOT_SKIP_VALIDATE_TRUST_DOMAIN", "identities of another domain would be let in"),
  offByDefault("UNSAFE_ENABLE_ADMIN_ENDPOINTS", "whoever reaches istiod could change what it does"),
  offByDefault("JWKS_RESOLVER_INSECURE_SKIP_VERIFY", "whoever is on the way could hand out keys"),
  ...["TRUSTED_GATEWAY_CIDR", "DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES", "SHARED_MESH_CONFIG"].map((name) => ({
    name,
    holds: isUnset,
    mend: "Remove it: somebody else's word would count for who asks, or for the mesh's configuration.",
  })),
  onByDefault("ISTIO_WORKLOAD_ENTRY_VALIDATE_IDENTITY"),
  {
    name: "JWT_RULE",
    holds: isUnset,
    mend: "Remove it: whoever has a token of that issuer could ask for identities.",
  },
  {
    name: "PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS",
    holds: isUnset,
    mend: "Remove it: whoever may write istiod's Secrets could have it run programs or read its files.",
  },
  {
    // The chart names ztunnel itself, which asks for the identities of the pods of its node.
    name: "CA_TRUSTED_NODE_ACCOUNTS",
    holds: (value) =>
      isUnset(value) || (value ?? "").split(",").every((account) => /^[^/]+\/ztunnel$/.test(account.trim())),
    mend: "Name ztunnel alone, or remove it: these accounts get the identity of any pod on their node.",
  },
];

export const requireIstiodAuthentication: Rule = {
  name: "require-istiod-authentication",
  title: "The control plane knows who asks it",
  why:
    "Whoever asks istiod gets identities, and can know every route and key of the mesh. Without its checks any pod that reaches it " +
    "can read them, or have itself called somebody else.",
  mend: "Remove the variable from istiod's environment; Istio's defaults are right.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio environment variables",
      "reference/commands/pilot-discovery/#envvars",
      "what istiod's variables do",
    ),
    istioPage("Istio security best practices", "ops/best-practices/security/#control-plane", "istiod's ports"),
  ],
  settings: [],
  check: (manifest) => variableFindings(manifest, expected),
};
