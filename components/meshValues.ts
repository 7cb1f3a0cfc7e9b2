import { extraAuthorities, istiodEnv, keepaliveMaxServerConnectionAge } from "../documents/istio/istiodOptions";
import { meshConfig } from "../documents/istio/meshConfig";
import { caSecret, oauth2Proxy, trustDomain } from "./topology";

const runtimeDefault = { type: "RuntimeDefault" } as const;

/** The mesh configuration with oauth2-proxy as the platform has it. */
export const gateMeshConfig = () =>
  meshConfig({
    trustDomain,
    provider: oauth2Proxy.extensionProvider,
    // With its namespace: a tenant's ServiceEntry for the same host would make the provider ambiguous, and deny everybody.
    service: `${oauth2Proxy.namespace}/${oauth2Proxy.host}`,
    port: oauth2Proxy.ports.http,
    checkPrefix: oauth2Proxy.checkPrefix,
  });

/** What the gate needs of istiod's chart, whoever installs it; the Secret holds the CAs that istiod is to trust. */
export function meshValues(authoritySecret: string) {
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
    meshConfig: gateMeshConfig(),
  };
}
