import { addresses } from "../node/layout";

/** A certificate that the settings have to bring along. */
export const given = (certificate: string) => ({ type: "given", certificate });

export const atServers = { type: "addresses", cidrs: [`${addresses.servers}/32`] };

/** As kubeadm has the API server name itself in tokens. */
export const kubeadmIssuer = "https://kubernetes.default.svc.cluster.local";
