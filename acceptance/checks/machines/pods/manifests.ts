import { gateway, principal, serviceHost } from "../../../../components/topology";
import { echoConfig } from "../../../../documents/gateway/echoConfig";
import { type Manifest } from "../../../cluster/sandbox";
import { restrictedPod } from "../restrictedPod";
import { forwarderConfig, forwarderPort, readyPath, sidecarHealth } from "./forwarder";

export const backend = { name: "backend", port: 8080 } as const;

/** The client's account has the gateway's name, in another namespace: whoever compares less than the whole is fooled. */
export const clientAccount: string = gateway.serviceAccount;
export const clients = { inMesh: "client", outsideMesh: "plain-client" } as const;

/** Applications behind the gate check this audience themselves (kubeflow/pipelines); it is not the gate's own. */
export const backendAudience = "pipelines.kubeflow.org";

/** Paths of the backend that are for one principal alone, without a token: the client's, and another one. */
export const principalPaths = { client: "/gatehouse-verify/client", other: "/gatehouse-verify/other" } as const;

export function backendHost(namespace: string): string {
  return serviceHost(backend.name, namespace);
}

/** Rules, configuration and the Service: they come before the pods, whose sidecars then know them from the start. */
export function rulesFor(namespace: string, issuer: string, keySet: string): Manifest[] {
  const selector = { matchLabels: { app: backend.name } };
  return [
    {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "default" },
      spec: { mtls: { mode: "STRICT" } },
    },
    {
      apiVersion: "security.istio.io/v1",
      kind: "RequestAuthentication",
      metadata: { name: backend.name },
      spec: {
        selector,
        jwtRules: [
          {
            issuer,
            audiences: [backendAudience],
            jwks: keySet,
            fromHeaders: [{ name: "Authorization", prefix: "Bearer " }],
            // The pipelines API has the API server review the token once more.
            forwardOriginalToken: true,
          },
        ],
      },
    },
    {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: backend.name },
      spec: {
        selector,
        action: "ALLOW",
        rules: [
          { from: [{ source: { principals: [gateway.principal] } }] },
          {
            from: [{ source: { requestPrincipals: [`${issuer}/*`] } }],
            when: [{ key: "request.headers[kubeflow-userid]", notValues: ["*"] }],
          },
          // These two show that a principal is known by its certificate, and told from another one.
          {
            from: [{ source: { principals: [principal(namespace, clientAccount)] } }],
            to: [{ operation: { paths: [principalPaths.client] } }],
          },
          {
            from: [{ source: { principals: [principal(namespace, backend.name)] } }],
            to: [{ operation: { paths: [principalPaths.other] } }],
          },
        ],
      },
    },
    configMap(backend.name, echoConfig(backend.port)),
    configMap("forwarder", forwarderConfig({ backend: { host: backendHost(namespace), port: backend.port } })),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: backend.name },
      spec: {
        selector: { app: backend.name },
        ports: [
          { name: "http", port: backend.port, targetPort: backend.port, protocol: "TCP", appProtocol: "http" },
          // The sidecar's own port, past mutual TLS; so a client outside the mesh can show that it gets to the pod.
          { name: "health", port: sidecarHealth.port, targetPort: sidecarHealth.port, protocol: "TCP" },
        ],
      },
    },
  ];
}

export function podsFor(image: string): Manifest[] {
  return [
    restrictedPod({
      name: backend.name,
      serviceAccount: backend.name,
      image,
      sidecar: true,
      envoy: { configMap: backend.name, port: backend.port, readyPath: "/" },
    }),
    ...clientPods(image),
  ];
}

/** Pods from which the suite asks: one of the mesh, and one outside. */
export function clientPods(image: string): Manifest[] {
  const forwarder = { configMap: "forwarder", port: forwarderPort, readyPath };
  return [
    restrictedPod({ name: clients.inMesh, serviceAccount: clientAccount, image, sidecar: true, envoy: forwarder }),
    restrictedPod({
      name: clients.outsideMesh,
      serviceAccount: clientAccount,
      image,
      sidecar: false,
      envoy: forwarder,
    }),
  ];
}

function configMap(name: string, config: string): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { "envoy.yaml": config } };
}
