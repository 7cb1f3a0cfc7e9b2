import { type FrontType } from "../../acceptance/check";

/** What the deployed platform is, for whoever uses it or checks it; no secret stands in it, only files that hold some. */
export interface Facts {
  format: "gatehouse.bed/v1";
  stack: string;
  environment: string;
  /** The gate. */
  url: string;
  /** The echo application, where the stack has one, or one that answers as it does. */
  echoUrl?: string;
  /** Applications with hosts of their own that lead to the echo, where the stack has some. */
  apps?: AppFacts;
  /** The domain below which notebooks have hosts of their own, where they have, and whether they get Authorization. */
  notebooks?: { domain: string; authorization: boolean };
  /** How the gateway's Service lets clients in. */
  service: { type: string; nodePorts?: { http: number; https: number } };
  /** The issuer of people's tokens, where it isn't the platform's own Dex. */
  provider?: string;
  /** JSON: a job's token and the client of Dex that exchanges it, where the stack has one. */
  jobFile?: string;
  /** Whether people sign in by connectors of the platform's Dex; `passwordsFile` says by which. */
  connectors?: boolean;
  /** E-mail addresses of people whom a connector knows and the platform must not let in. */
  outsiders?: string[];
  /** Servers of the company's, each with the parts of the platform that may connect to it: `172.20.0.2:636=dex`. */
  servers?: string[];
  /** Whether sessions are kept by a server, so that a sign-out ends every copy of a cookie. */
  keepsSessions?: boolean;
  /** PEM of the CA that clients trust: the private one, or the one that signed what they meet in its place. */
  caFile: string;
  /** What stands in front of the gateway, where something does. */
  front?: FrontFacts;
  /** Whether the bed keeps the certificate of the public hosts, and can renew it. */
  renewsCertificate?: boolean;
  /** Whether an ACME server issues it by HTTP-01, for hosts one by one, so that the challenge's path is open at port 80. */
  acmeHttp01?: boolean;
  /** JSON: passwords of the static users, or of those who sign in elsewhere, by e-mail address. */
  passwordsFile: string;
  /** JSON: `id`, `secret` and `redirectUri` of Dex's client. */
  clientFile: string;
  /** Groups of the static users by e-mail address. */
  groups: Record<string, string[]>;
  kubeconfig: string;
  /** The audience that tokens of machines need. */
  audience: string;
  /** The cluster's own issuer. */
  clusterIssuer: string;
  /** Whether the platform fetches its keys; otherwise the stack has them by value. */
  clusterKeys?: boolean;
  /** An issuer of the stack whose keys nobody can fetch. */
  unreachableIssuer: string;
  /** The settings file that was deployed. */
  stackFile: string;
  appliedBy: "pulumi up" | "server-side apply";
  /** Why `pulumi up` did not do it. */
  whyNotPulumi?: string;
  counts: Counts;
  /** What is in the stack and not in the bed, each in a sentence. */
  leftOut: string[];
  /** What the bed does in a missing component's place. */
  standIns: string[];
  /** What was waited for or done twice, each in a sentence. */
  notes: string[];
  /** Seconds by step. */
  durations: Record<string, number>;
}

export interface AppFacts {
  /** Open to the first of the static users. */
  url?: string;
  /** Open to none of them. */
  closedUrl?: string;
  /** Host and port at which pods call one past the gate. */
  inCluster?: string;
  /** The one that passes for the UI of Kubeflow Pipelines, if the first of the static users may open it. */
  pipelinesUi?: string;
}

export interface Counts {
  /** Objects of the Kubernetes API that were applied, by kind. */
  objects: number;
  kinds: Record<string, number>;
  /** Objects of an earlier deployment that are no longer part of this one. */
  removed: number;
}

/** A load balancer of the bed's own. */
export interface FrontFacts {
  type: FrontType;
  /** Where clients connect. */
  address: string;
  /** The gateway's own address behind it. */
  gateway: string;
  /** The address under which it sees the clients. */
  client: string;
  /** Host and port of a trusted way to the gateway's HTTPS port without the PROXY protocol's header. */
  bare?: string;
}

/** What is different from a bed with nothing beside the platform. */
export type BesideFacts = Partial<
  Pick<
    Facts,
    | "caFile"
    | "echoUrl"
    | "front"
    | "renewsCertificate"
    | "provider"
    | "passwordsFile"
    | "clientFile"
    | "groups"
    | "jobFile"
    | "keepsSessions"
    | "connectors"
    | "outsiders"
    | "servers"
  >
>;
