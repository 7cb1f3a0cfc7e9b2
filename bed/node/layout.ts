import { createHash } from "node:crypto";
import { join } from "node:path";
import { stateDirectory } from "../state";

/** Addresses as on kind: a node on a network with the machine that people work on, pods and Services behind it. */
export const addresses = {
  node: "172.18.0.2",
  client: "172.18.0.1",
  /** What stands in front of the gateway, on a cable of its own to whoever routes between it and the node. */
  balancer: "172.19.0.2",
  balancerGateway: "172.19.0.1",
  /** The company's servers, which pods know by name and clients, too, on a cable of their own. */
  servers: "172.20.0.2",
  serversGateway: "172.20.0.1",
  prefixLength: 16,
  podSubnet: "10.244.0.0/24",
  serviceSubnet: "10.96.0.0/16",
  dns: "10.96.0.10",
} as const;

export const nodeName = "gatehouse-bed";

/** What the company has already: who vouches for people and jobs, where state may be kept, and who issues certificates. */
export const serverNames = {
  login: "login.example.com",
  redis: "redis.example.com",
  database: "postgres.example.com",
  directory: "ldap.example.com",
  saml: "idp.example.com",
  acme: "acme.example.com",
  /** A cloud's, as far as the bed's names go. */
  keys: "oidc.eks.eu-central-1.amazonaws.com",
  untrusted: "untrusted.example.com",
} as const;

/** Where a bed keeps what it needs while it is up. */
export function layout() {
  const state = stateDirectory();
  return {
    state,
    /** Who is who: process ids with their start times. */
    processes: join(state, "processes.json"),
    /** What the bed's parts said; stays when everything else goes. */
    logs: join(state, "logs"),
    /** What the pods said, as the kubelet keeps it. */
    podLogs: join(state, "logs", "pods"),
    /** Written when every part of the cluster has started. */
    ready: join(state, "cluster-ready.json"),
    /** What the stack was asked for with, for the steps on the client's side. */
    request: join(state, "request.json"),
    /** Keys, certificates and configurations of what stands beside the platform, and what is to be known of it. */
    beside: join(state, "beside"),
    /** Objects as they were before a mutation. */
    mutations: join(state, "mutations"),
    /** How the previews differ. */
    agreement: join(state, "agreement.json"),
    /** What was said against a deployment that had to be refused. */
    refusal: join(state, "refusal.txt"),
    kubeconfig: join(state, "admin.conf"),
    facts: join(state, "facts.json"),
    /** Private parts of the node's file system; the machine's own stay untouched. */
    overlays: join(state, "overlays"),
    containerd: join(state, "containerd"),
    etcd: join(state, "etcd"),
    kubelet: join(state, "kubelet"),
    /** Programs by name, for the node's PATH. */
    path: join(state, "bin"),
    hosts: join(state, "hosts"),
    resolver: join(state, "resolv.conf"),
    /** All cgroups of the bed's containers: two beds on one machine must not count or end each other's. */
    cgroupRoot: `/gatehouse-bed-${createHash("sha256").update(state).digest("hex").slice(0, 12)}`,
  };
}
