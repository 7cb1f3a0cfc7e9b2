import { type Manifest } from "../../../../policy/manifest";

/** Istio's Gateway: plain HTTP that redirects, and TLS. */
export const gateway: Manifest = {
  apiVersion: "networking.istio.io/v1",
  kind: "Gateway",
  metadata: { name: "gate", namespace: "ingress" },
  spec: {
    selector: { istio: "ingressgateway" },
    servers: [
      {
        hosts: ["auth/gate.example.com"],
        port: { number: 80, name: "http", protocol: "HTTP" },
        tls: { httpsRedirect: true },
      },
      {
        hosts: ["auth/gate.example.com"],
        port: { number: 443, name: "https", protocol: "HTTPS" },
        tls: {
          mode: "SIMPLE",
          credentialName: "edge",
          minProtocolVersion: "TLSV1_2",
          cipherSuites: ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305"],
        },
      },
    ],
  },
};

/** The Gateway API's. */
export const apiGateway: Manifest = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "gate", namespace: "ingress" },
  spec: {
    gatewayClassName: "istio",
    listeners: [
      { name: "http", port: 80, protocol: "HTTP", hostname: "gate.example.com" },
      {
        name: "https",
        port: 443,
        protocol: "HTTPS",
        hostname: "gate.example.com",
        tls: { mode: "Terminate", certificateRefs: [{ name: "edge" }] },
        allowedRoutes: { namespaces: { from: "Selector" } },
      },
    ],
  },
};
