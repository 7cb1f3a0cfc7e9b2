/** The parts of the acceptance suite, in the order in which they run: what only looks comes before what disturbs. */
export const areas = [
  "tls",
  "front",
  "redirects",
  "login",
  "machines",
  "spoofing",
  "origins",
  "paths",
  "apps",
  "notebooks",
  "fail-closed",
  "rotation",
  "load",
] as const;

export type Area = (typeof areas)[number];

/** What a check needs beyond the URL; without it the check is left out, and the report says so. */
export type Need =
  /** `--user`: a person who may sign in, with the password for Dex's own form (the gate's, or that of `--provider`). */
  | "user"
  /** `--passwords` with connectors: somebody signs in by a connector of the gate's Dex. */
  | "connectors"
  /** `--passwords` with `saml`: somebody signs in by SAML. */
  | "saml"
  /** `--outsider`: somebody whom a connector or a provider knows and the gate must not let in. */
  | "outsider"
  /** The echo application, which shows what a backend gets to see. */
  | "echo"
  /** `--app`: an application with a host of its own, which answers as the echo does. */
  | "app"
  /** `--closed-app`: one that none of the people may use. */
  | "closed-app"
  /** `--in-cluster-app`: one that pods may call past the gate with a token. */
  | "in-cluster-app"
  /** `--notebooks`: the domain below which notebooks have hosts of their own. */
  | "notebooks"
  /** `--notebook-namespace`: notebooks are on the gate's own host, and it takes routes of a namespace that the suite may make. */
  | "notebook-paths"
  /** `--jupyterlab`: an image with JupyterLab, of which a notebook can be made. */
  | "jupyterlab"
  /** Chromium. */
  | "browser"
  /** `--client`: a client of that Dex that may redeem codes, with its secret. */
  | "client"
  /** `--job`: a job's token, and the client of Dex that exchanges it. */
  | "job"
  /** `--kept-sessions`: a server keeps the sessions, and the cookie only names one. */
  | "kept-sessions"
  /** The session is in the cookie itself, which is where it is without `--kept-sessions`. */
  | "sessions-in-cookies"
  /** oauth2-proxy answers, so that sessions can be had at all. */
  | "sessions"
  /** A kubeconfig: read access, tokens of service accounts, pods of the suite's own namespace. */
  | "cluster"
  /** `--audience`: the gate takes tokens of the cluster that were made for this audience. */
  | "audience"
  /** `--client-address`: the address under which what stands in front of the gateway sees this machine. */
  | "client-address"
  /** `--gateway`: the gateway's own address, behind what stands in front of it. */
  | "gateway-address"
  /** `--front offload` or `offload-proxy-protocol`: TLS ends in front of the gateway. */
  | "offload"
  /** `--bare`: a trusted way to the gateway on which nobody writes the PROXY protocol's header. */
  | "bare"
  /** `--renew`: a command that puts a renewed certificate of the public hosts in its place. */
  | "renew"
  /** `--acme-http01`: the public certificate comes by ACME's HTTP-01, whose path is open at port 80. */
  | "acme-http01"
  /** The cluster's own keys reach istiod through `cluster-keys` (machines.cluster.type selfSigned). */
  | "cluster-keys"
  /** `--unreachable-issuer`: an issuer that the deployment trusts and whose keys nobody can fetch. */
  | "unreachable-issuer"
  /** `--disturb`: may restart and scale the platform's workloads and renew certificates. */
  | "disturb"
  /** `--rotate`: a command that rotates a secret of the stack. */
  | "rotate"
  /** cert-manager runs in the cluster. */
  | "cert-manager"
  /** `--wait`: there is time to see tokens end. */
  | "wait"
  /** `--load`: may be asked as many requests as it takes. */
  | "load";

/** One property of a deployment, and how it is seen from outside. */
export interface Check {
  area: Area;
  /** Kebab case; with the area it names the check everywhere: `paths/dex-prefix-tricks`. */
  name: string;
  /** One sentence: what is true of a deployment that passes. */
  proves: string;
  /** Where to look, and what to change, when it fails. */
  mend: string;
  /** What it runs on, for the table of what is proven where: `Envoy`, `Dex`, `oauth2-proxy`, `istiod`, `sidecar`, … */
  exercises: readonly Component[];
  needs: readonly Need[];
  /** Longest time that it may take, in seconds; default 60. A check that takes longer has failed. */
  timeout?: number;
  /** Reports every wrong thing with `probe.wrong`, everything looked at with `probe.seen`; may also throw. */
  run(context: CheckContext): Promise<void>;
}

export type Component =
  | "gateway"
  | "oauth2-proxy"
  | "Dex"
  | "istiod"
  | "sidecar"
  | "cert-manager"
  | "NetworkPolicy"
  | "API server"
  | "browser";

/** What a check says while it runs. */
export interface Probe {
  /** One thing was tried and was right; the number of these is reported, so that an empty loop cannot pass. */
  seen(what: string): void;
  /** One thing was tried and was wrong: what was done, what should have come, what came. Never a secret. */
  wrong(what: string): void;
  /** Says seen or wrong by a condition. */
  expect(condition: boolean, what: string, otherwise?: string): void;
  /** A figure worth keeping, for example `requests per second`. */
  figure(name: string, value: number, unit: string): void;
  /** A file that belongs to the report, such as a screenshot; the path at which to write it. */
  file(name: string): string;
  /** What the check is busy with, for whoever waits. */
  busy(what: string): void;
}

export interface CheckContext {
  target: Target;
  probe: Probe;
  /** Ends when the check's time is over; passed on to whatever waits. */
  signal: AbortSignal;
}

export interface Person {
  email: string;
  password: string;
  /** The connector of the gate's Dex; Dex's own passwords where it is missing. */
  connector?: string | undefined;
  /** What is typed into the form as the name, where it isn't the e-mail address. */
  login?: string | undefined;
  /** The issuer whose form takes the password, where a connector leads to another Dex. */
  issuer?: URL | undefined;
  /** Whether that connector speaks SAML, whose messages a browser carries: `issuer` is the provider's address then. */
  saml?: boolean | undefined;
  /** Groups that the person must arrive with, where they are known. */
  groups?: readonly string[];
}

/** The deployment under test, as it is seen from outside. */
export interface Target {
  /** The gate, `https://kubeflow.example.com`. */
  gate: URL;
  /** The echo application, `https://echo.kubeflow.example.com`. */
  echo: URL | undefined;
  /** An application with a host of its own behind the same sign-in, which answers as the echo does. */
  app?: URL | undefined;
  /** One whose groups none of the people has. */
  closedApp?: URL | undefined;
  /** Host and port at which pods call one past the gate. */
  inClusterApp?: string | undefined;
  /** Where notebooks have hosts of their own; they are on the gate's where it is missing. */
  notebooks?: NotebookHosts;
  /** Where they have none, a namespace of which the gate takes routes and which nobody has made yet. */
  notebookNamespace?: string;
  /** PEM of the CA that signed the certificate which clients see; the system's store where it is missing. */
  ca: string | undefined;
  /** Whether the certificate names every host below the gate's, too; default true, except of an address. */
  wildcard?: boolean;
  /** The issuer of people's tokens, at whose form they sign in; the gate's own Dex where it is missing. */
  provider?: URL;
  /** A host of its own at which the UI of Kubeflow Pipelines is, besides the gate's. */
  pipelinesUi?: URL;
  /** An image of which a notebook with JupyterLab can be made. */
  jupyterlab?: string;
  /** What a job outside has (machines.clients): the client of Dex, the connector, and tokens of its own issuer. */
  job?: Job;
  /** Whether a server keeps the sessions. */
  keptSessions?: boolean;
  /** What stands in front of the gateway, where something does. */
  front?: Front;
  /** The address under which that sees this machine, and which applications have to learn. */
  clientAddress?: string;
  /** Shell command that puts a renewed certificate of the public hosts in its place. */
  renewCommand?: string;
  /** Whether the certificate comes by ACME's HTTP-01, so that challenges pass at port 80. */
  acmeHttp01?: boolean;
  /** The Deployment of istiod, where it is somebody else's (`istio.type: existing`); `istio-system/istiod` where it is missing. */
  istiod?: { namespace: string; name: string };
  /** Where to connect instead of asking DNS, for deployments without names. */
  address: string | undefined;
  people: readonly Person[];
  /** Who has a password at a provider, and must not be let in. */
  outsiders?: readonly Person[];
  /** Servers outside the cluster, and which parts of the platform may connect to them. */
  servers?: readonly Server[];
  /** Parts that the deployment lacks, as the needs of the checks show. Checks that can do without them go on. */
  absent?: ReadonlySet<"oauth2-proxy" | "cert-manager" | "Dex">;
  /** A client of Dex that may redeem codes at the public token endpoint. */
  client: { id: string; secret: string; redirectUri: string } | undefined;
  /** Path of Chromium. */
  browser: string | undefined;
  /** Kubernetes access; `undefined` without a kubeconfig. */
  kubeconfig: string | undefined;
  /** The audience that the cluster's tokens need to be taken at the gate. */
  machineAudience: string | undefined;
  /** An issuer that the gate trusts and whose keys cannot be fetched, with the audience that its tokens need. */
  unreachableIssuer?: { issuer: string; audience: string };
  /** Shell command that rotates what `GATEHOUSE_ROTATE` names: cookieSecret, clientSecret or certificateAuthority. */
  rotateCommand: string | undefined;
  /** Seconds of steady load. */
  loadSeconds: number;
  /** Seconds that a check may wait for tokens and sessions to end; default 0. */
  waitSeconds?: number;
}

/** Hosts of notebooks: `<namespace>--<name>.<domain>`, and one where people sign in to all of them. */
export interface NotebookHosts {
  domain: string;
  /** `https://auth.<domain>`. */
  signInHost: URL;
  /** Whether notebooks get the Authorization header that their clients send, unless it is a JSON Web Token. */
  authorization: boolean;
}

export interface Job {
  /** The client ID, which is the audience of the exchanged token, and its secret. */
  client: string;
  secret: string;
  /** Dex's identifier of the jobs' issuer. */
  connector: string;
  /** As whom the job has to arrive. */
  user: string;
  token: string;
  /** A token of the same issuer for a job that the settings don't name. */
  othersToken?: string | undefined;
}

/** A server outside the cluster, such as a directory or a database. */
export interface Server {
  address: string;
  port: number;
  /** The parts of the platform that may connect there; no other one may. */
  parts: readonly ServerPart[];
}

export const serverParts = ["dex", "oauth2-proxy", "istiod"] as const;

export type ServerPart = (typeof serverParts)[number];

/** A load balancer in front of the gateway: one that ends TLS, one that says whose connection it hands on, or one that does both. */
export interface Front {
  type: FrontType;
  /** The gateway's own address behind it. */
  gateway?: string;
  /** A trusted way to the gateway's HTTPS port on which nobody writes the PROXY protocol's header. */
  bare?: { host: string; port: number };
}

export const frontTypes = ["offload", "proxy-protocol", "offload-proxy-protocol"] as const;

export type FrontType = (typeof frontTypes)[number];

/** Whether the gateway gets plain HTTP from it. */
export function endsTls(front: Pick<Front, "type"> | undefined): boolean {
  return front !== undefined && front.type !== "proxy-protocol";
}

/** Whether the gateway demands the PROXY protocol's header from it. */
export function writesProxyHeader(front: Pick<Front, "type"> | undefined): boolean {
  return front !== undefined && front.type !== "offload";
}
