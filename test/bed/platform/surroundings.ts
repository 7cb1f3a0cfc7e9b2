const jwk = {
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
};
/** What the bed knows of its cluster when it writes a stack. */
export const surroundings = {
  apiServer: { cidrs: ["172.18.0.2/32"], ports: [6443] },
  dns: { namespace: "kube-system", podLabels: ["k8s-app=kube-dns"], ports: [53] },
  issuer: { url: "https://kubernetes.default.svc.cluster.local", jwks: JSON.stringify({ keys: [jwk] }) },
};
