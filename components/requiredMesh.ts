import { createHash } from "node:crypto";
import { type RequiredMesh } from "../documents/istio/requiredMesh";
import { lock } from "../stacks/lock";
import { ownNamespaces } from "../stacks/namespaces";
import { type Settings } from "../stacks/schema";
import { authorityVersion } from "./certificateAuthority";
import { type IdentityProvider } from "./identityProvider";
import { gateMeshConfig, meshValues } from "./meshValues";
import { clusterDomain, gateway } from "./topology";

export type ExistingIstioSettings = Extract<Settings["istio"], { type: "existing" }>;

/** What an Istio has to be that somebody else installed. */
export function requiredMesh(
  settings: Settings,
  { namespace, revision }: ExistingIstioSettings,
  provider: IdentityProvider,
): RequiredMesh {
  return {
    namespace,
    ...(revision === undefined ? {} : { revision }),
    version: lock.charts.istiod.version,
    meshConfig: gateMeshConfig(),
    clusterDomain,
    ownNamespaces: ownNamespaces(settings),
    gatewayLabel: gateway.labels.istio,
    authoritySecret: authoritySecret(settings, provider),
  };
}

/** The values that make istiod's chart what it has to be. */
export function valuesFor({ revision, authoritySecret: secret }: RequiredMesh): Record<string, unknown> {
  return { ...(revision === undefined ? {} : { revision }), ...meshValues(secret) };
}

/**
 * A name that changes with what is in it: istiod reads the file at its start only, and a pod that mounts a new name does not
 * start before it is there. So no istiod runs that reads another CA than its Deployment says.
 */
function authoritySecret(settings: Settings, { authority }: IdentityProvider): string {
  const content = [authorityVersion(settings), ...(authority.type === "given" ? [authority.certificate] : [])];
  const version = createHash("sha256").update(content.join("\n")).digest("hex").slice(0, 10);
  return `gatehouse-istiod-ca-${version}`;
}
