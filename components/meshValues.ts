import {
  extraAuthorities,
  istiodEnv,
  keepaliveMaxServerConnectionAge,
  severalProviders,
} from "../documents/istio/istiodOptions";
import { type MeshConfig, meshConfig } from "../documents/istio/meshConfig";
import { notebookOriginsOf } from "../stacks/notebookHosts";
import { type Settings } from "../stacks/schema";
import { caSecret, notebooks, oauth2Proxy, trustDomain } from "./topology";

const runtimeDefault = { type: "RuntimeDefault" } as const;

/** Whether notebooks have a sign-in of their own, which is a second provider of CUSTOM policies. */
type Notebooks = Pick<Settings, "notebooks">;

/** The mesh configuration with oauth2-proxy as the platform has it. */
export const gateMeshConfig = (settings: Notebooks) =>
  meshConfig({
    trustDomain,
    providers: [oauth2Proxy, ...(notebookOriginsOf(settings) === undefined ? [] : [notebooks.proxy])].map(
      ({ extensionProvider, namespace, host, ports, checkPrefix }) => ({
        name: extensionProvider,
        // With its namespace: a tenant's ServiceEntry for the same host would make the provider ambiguous, and deny everybody.
        service: `${namespace}/${host}`,
        port: ports.http,
        checkPrefix,
      }),
    ),
  });

/** How the mesh and istiod have to be for the gate. */
export interface GateMesh {
  meshConfig: MeshConfig;
  istiodEnv: Record<string, string>;
}

export const gateMesh = (settings: Notebooks): GateMesh => ({
  meshConfig: gateMeshConfig(settings),
  istiodEnv: { ...istiodEnv, ...(notebookOriginsOf(settings) === undefined ? {} : severalProviders) },
});

/** What the gate needs of istiod's chart, whoever installs it; the Secret holds the CAs that istiod is to trust. */
export function meshValues({ meshConfig, istiodEnv }: GateMesh, authoritySecret: string) {
  return {
    cni: { enabled: true },
    keepaliveMaxServerConnectionAge,
    global: { proxy: { seccompProfile: runtimeDefault } },
    // Injected gateways listen above 1024 and so need no sysctl.
    gateways: {
      securityContext: { runAsNonRoot: true, seccompProfile: runtimeDefault },
      seccompProfile: runtimeDefault,
    },
    env: istiodEnv,
    volumes: [{ name: caSecret, secret: { secretName: authoritySecret } }],
    // istiod reads one file of it besides the system's roots, at its start; a rotation of the CA restarts it.
    volumeMounts: [{ name: caSecret, mountPath: extraAuthorities.folder, readOnly: true }],
    meshConfig,
  };
}
