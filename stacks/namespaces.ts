/** The namespaces that the platform owns. */
export const namespaces = {
  certManager: "cert-manager",
  istio: "istio-system",
  cni: "istio-cni",
  ingress: "ingress",
  auth: "auth",
  echo: "gatehouse-echo",
} as const;
