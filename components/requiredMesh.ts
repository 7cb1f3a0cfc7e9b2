import { createHash } from "node:crypto";
import { type InjectedNamespace, type RequiredMesh } from "../documents/istio/requiredMesh";
import { lock } from "../stacks/lock";
import { ownNamespaces } from "../stacks/namespaces";
import { type Settings } from "../stacks/schema";
import { authorityVersion } from "./certificateAuthority";
import { type IdentityProvider } from "./identityProvider";
import { keyAuthorities } from "./keyAuthorities";
import { gateMesh, meshValues } from "./meshValues";
import { partOf, podLabels } from "./labels";
import { clusterDomain, dex, echo, gateway, namespaces, notebooks, oauth2Proxy } from "./topology";

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
    ...gateMesh(settings),
    clusterDomain,
    ownNamespaces: ownNamespaces(settings),
    gatewayLabel: gateway.labels.istio,
    injected: injectedNamespaces(settings, revision, provider),
    authoritySecret: authoritySecret(settings, provider),
  };
}

/** What istiod's webhook sees of the platform, as its namespaces and pods are labelled. */
function injectedNamespaces(
  { echo: { enabled }, notebooks: { mode } }: Pick<Settings, "echo" | "notebooks">,
  revision: string | undefined,
  { ownDex }: IdentityProvider,
): InjectedNamespace[] {
  const injection: Record<string, string> =
    revision === undefined ? { "istio-injection": "enabled" } : { "istio.io/rev": revision };
  const of = (namespace: string, pods: InjectedNamespace["pods"]): InjectedNamespace => ({
    namespace,
    labels: { ...partOf, "kubernetes.io/metadata.name": namespace, ...injection },
    pods,
  });
  const workload = (name: string) => ({ name, labels: { ...partOf, ...podLabels(name) } });
  const gatewayPod = {
    name: gateway.name,
    labels: {
      ...gateway.labels,
      "sidecar.istio.io/inject": "true",
      ...(revision === undefined ? {} : { "istio.io/rev": revision }),
    },
  };
  return [
    of(namespaces.ingress, [gatewayPod]),
    of(namespaces.auth, [
      workload(oauth2Proxy.name),
      ...(mode === "path" ? [] : [workload(notebooks.proxy.name)]),
      ...(ownDex ? [workload(dex.name)] : []),
    ]),
    ...(enabled ? [of(namespaces.echo, [workload(echo.name)])] : []),
  ];
}

/** The values that make istiod's chart what it has to be. */
export function valuesFor({ revision, authoritySecret, ...mesh }: RequiredMesh): Record<string, unknown> {
  return { ...(revision === undefined ? {} : { revision }), ...meshValues(mesh, authoritySecret) };
}

/**
 * A name that changes with what is in it: istiod reads the file at its start only, and a pod that mounts a new name does not
 * start before it is there. So no istiod runs that reads another CA than its Deployment says.
 */
function authoritySecret(settings: Settings, provider: IdentityProvider): string {
  const others = keyAuthorities(settings, provider);
  const content = [authorityVersion(settings), ...(others === undefined ? [] : [others])];
  const version = createHash("sha256").update(content.join("\n")).digest("hex").slice(0, 10);
  return `gatehouse-istiod-ca-${version}`;
}
