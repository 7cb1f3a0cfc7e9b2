import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Access } from "../../../acceptance/cluster/api";
import {
  type Deployment,
  type FieldSet,
  type Metadata,
  type Pod,
  type Secret,
} from "../../../acceptance/cluster/objects";
import { partOf } from "../../../components/labels";
import { namespaces } from "../../../stacks/namespaces";
import { issue } from "../certificates";
import { fakeAuthority } from "../fakeGate";

const platformNamespaces: readonly string[] = Object.values(namespaces);

/** A change, as it came in. */
export interface Call {
  method: string;
  path: string;
  body: unknown;
}

export interface FakeCertificate {
  metadata: Metadata;
  status: { conditions: { type: string; status: string; reason?: string }[] };
}

/** A small API server over TLS, with Deployments whose pods come and go at once. */
export class FakeCluster {
  readonly deployments = new Map<string, Deployment>();
  readonly pods = new Map<string, Pod>();
  readonly secrets = new Map<string, Secret>();
  readonly certificates = new Map<string, FakeCertificate>();
  /** What was made and is still there, by its path. */
  readonly made = new Map<string, unknown>();
  /** Bytes by `pod/container`, as kubelet would say. */
  readonly memory = new Map<string, number>();
  endpoints: unknown[] = [];
  /** Namespaces that somebody else made, and not the platform. */
  readonly others = new Set<string>();
  readonly changes: Call[] = [];
  /** May answer in the API server's place, by throwing a status, or take its time. */
  before: (call: Call) => void | Promise<void> = () => undefined;
  /** Whether a new pod of a Deployment is admitted, and whether it becomes ready. */
  admits: (name: string) => boolean = () => true;
  becomesReady: (name: string) => boolean = () => true;
  /** Told of a Deployment whose pods were made anew, because their template changed. */
  rolledOut: (title: string) => void = () => undefined;
  /** What cert-manager does about a Certificate that is to be issued anew. */
  issues: (name: string) => Promise<void> = () => Promise.resolve();
  /** When each pod started. */
  readonly startTime = new Date().toISOString();
  kubeconfig = "";
  /** For whoever needs no kubeconfig. */
  access: Access = { server: "", apply: () => Promise.resolve() };
  #close: () => Promise<void> = () => Promise.resolve();
  #count = 0;

  static async start(): Promise<FakeCluster> {
    const cluster = new FakeCluster();
    await cluster.#listen();
    return cluster;
  }

  close(): Promise<void> {
    return this.#close();
  }

  deploy(namespace: string, name: string, replicas: number): void {
    this.deployments.set(`${namespace}/${name}`, {
      metadata: {
        ...this.#metadata(name, namespace),
        generation: 1,
        managedFields: [
          {
            manager: "pulumi-kubernetes",
            operation: "Apply",
            apiVersion: "apps/v1",
            fieldsV1: { "f:spec": { "f:replicas": {}, "f:template": {} } },
          },
        ],
      },
      spec: { replicas, selector: { matchLabels: { app: name } } },
    });
    this.reconcile(namespace, name);
  }

  secret(namespace: string, name: string, data: Record<string, string>): void {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
    this.secrets.set(`${namespace}/${name}`, {
      metadata: this.#metadata(name, namespace),
      data: Object.fromEntries(encoded) as Record<string, string>,
    });
  }

  certificate(namespace: string, name: string): void {
    this.certificates.set(`${namespace}/${name}`, {
      metadata: { ...this.#metadata(name, namespace), generation: 1 },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    });
  }

  replicas(title: string): number | undefined {
    return this.deployments.get(title)?.spec.replicas;
  }

  readyPods(title: string): number {
    return this.podsOf(title).filter(({ status }) => status?.conditions?.[0]?.status === "True").length;
  }

  podsOf(title: string): Pod[] {
    const [namespace, name = ""] = title.split("/");
    return [...this.pods.values()].filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.labels?.app === name,
    );
  }

  /** Makes the pods what their Deployment wants; what is not ready yet is looked at again. */
  reconcile(namespace: string, name: string): void {
    const title = `${namespace}/${name}`;
    const deployment = this.deployments.get(title);
    if (deployment === undefined) {
      return;
    }
    const wanted = deployment.spec.replicas ?? 1;
    let pods = this.podsOf(title);
    for (const pod of pods.slice(wanted)) {
      this.pods.delete(pod.metadata.uid);
    }
    for (let count = pods.length; count < wanted && this.admits(title); count += 1) {
      const metadata = { ...this.#metadata(`${name}-${this.#count}`, namespace), labels: { app: name } };
      this.pods.set(metadata.uid, {
        metadata,
        spec: { nodeName: "node", containers: [{ name }] },
        status: { startTime: this.startTime, containerStatuses: [{ name, restartCount: 0 }] },
      });
    }
    pods = this.podsOf(title);
    for (const { status } of pods) {
      if (status !== undefined && status.conditions?.[0]?.status !== "True") {
        status.conditions = [{ type: "Ready", status: this.becomesReady(title) ? "True" : "False" }];
      }
    }
    deployment.status = {
      observedGeneration: deployment.metadata.generation ?? 1,
      replicas: pods.length,
      updatedReplicas: pods.length,
      readyReplicas: this.readyPods(title),
    };
  }

  #metadata(name: string, namespace: string): Metadata {
    this.#count += 1;
    return { name, namespace, uid: `uid-${this.#count}`, resourceVersion: String(this.#count) };
  }

  async #listen(): Promise<void> {
    const authority = await fakeAuthority();
    const server = createServer(await issue(authority, ["kubernetes"]), (request, response) => {
      void this.#serve(request, response);
    });
    // The server's own list lacks those that are still shaking hands, and would wait for their end.
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-test-"));
    this.kubeconfig = join(folder, "kubeconfig");
    const cluster = {
      server: `https://127.0.0.1:${port}`,
      "tls-server-name": "kubernetes",
      "certificate-authority-data": Buffer.from(authority.cert).toString("base64"),
    };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      clusters: [{ name: "test", cluster }],
      users: [{ name: "test", user: { token: "of-the-test" } }],
    };
    writeFileSync(this.kubeconfig, JSON.stringify(config), { mode: 0o600 });
    this.access = {
      server: cluster.server,
      apply: (options) => {
        const headers = { ...options.headers, Authorization: "Bearer of-the-test" };
        Object.assign(options, { ca: authority.cert, servername: "kubernetes", headers });
        return Promise.resolve();
      },
    };
    this.#close = () => {
      rmSync(folder, { recursive: true });
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((done) => server.close(() => done()));
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    const url = new URL(request.url ?? "", "https://kubernetes");
    const call: Call = {
      method: request.method ?? "",
      path: url.pathname,
      body: text === "" ? undefined : (JSON.parse(text) as unknown),
    };
    let status = 200;
    let answer: unknown;
    try {
      if (request.headers.authorization !== "Bearer of-the-test") {
        throw new FakeStatus(401, "Unauthorized");
      }
      await this.before(call);
      if (call.method !== "GET") {
        this.changes.push(call);
      }
      answer = await this.#answer(call, url, request.headers["content-type"] ?? "");
    } catch (error) {
      status = error instanceof FakeStatus ? error.status : 500;
      answer = { kind: "Status", message: String(error), reason: error instanceof FakeStatus ? error.reason : "" };
    }
    response.statusCode = status;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer));
  }

  async #answer(call: Call, url: URL, type: string): Promise<unknown> {
    const { method, path, body } = call;
    const made = this.#make(call);
    if (made !== undefined) {
      return made;
    }
    const [, namespace = "", kind = "", name = "", sub = ""] =
      /\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
    const title = `${namespace}/${name}`;
    const manager = url.searchParams.get("fieldManager") ?? "somebody";
    const whole = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(path)?.[1];
    if (method === "GET" && platformNamespaces.some((name) => name === whole)) {
      return { metadata: { name: whole, labels: this.others.has(whole ?? "") ? {} : partOf } };
    }
    if (path.endsWith("/proxy/stats/summary")) {
      return this.#summary();
    }
    switch (kind) {
      case "deployments":
        if (method === "PATCH") {
          this.#patch(found(this.deployments.get(title)), type, body, manager);
          this.#rollOut(title, body);
        }
        this.reconcile(namespace, name);
        return found(this.deployments.get(title));
      case "pods":
        if (method === "DELETE") {
          const pod = found([...this.pods.values()].find(({ metadata }) => metadata.name === name));
          this.pods.delete(pod.metadata.uid);
          return {};
        }
        return this.#list(namespace, url.searchParams.get("labelSelector"));
      case "secrets": {
        const secret = found(this.secrets.get(title));
        if (method === "PATCH" && type === "application/merge-patch+json") {
          secret.data = { ...secret.data, ...(body as Partial<Secret>).data };
        }
        return secret;
      }
      case "certificates": {
        const certificate = found(this.certificates.get(title));
        if (method === "PATCH" && sub === "status") {
          const { metadata, status } = body as Partial<FakeCertificate>;
          if (metadata?.resourceVersion !== certificate.metadata.resourceVersion) {
            throw new FakeStatus(409, "Conflict");
          }
          certificate.status = status ?? certificate.status;
          if (certificate.status.conditions.some((one) => one.type === "Issuing" && one.status === "True")) {
            await this.issues(title);
          }
        }
        return certificate;
      }
      case "endpointslices":
        return { items: this.endpoints };
      default:
        throw new FakeStatus(404, "NotFound");
    }
  }

  /** Namespaces, policies and single pods, which run at once. */
  #make({ method, path, body }: Call): unknown {
    if (method === "POST") {
      const { metadata } = body as { metadata: { name: string; namespace?: string } };
      this.#count += 1;
      const { containers = [] } = (body as { spec?: { containers?: { startupProbe?: unknown }[] } }).spec ?? {};
      const inDisguise = containers.some(({ startupProbe }) => startupProbe !== undefined);
      const status = {
        podIP: `10.0.1.${this.#count}`,
        conditions: inDisguise ? [] : [{ type: "Ready", status: "True" }],
        ...(inDisguise ? { containerStatuses: [{ name: "probe", restartCount: 0, started: true }] } : {}),
      };
      const object = { ...(body as object), metadata: { ...metadata, uid: `uid-${this.#count}` }, status };
      this.made.set(`${path}/${metadata.name}`, object);
      return object;
    }
    const object = this.made.get(path);
    if (method === "DELETE") {
      this.made.delete(path);
    }
    return object;
  }

  #list(namespace: string, selector: string | null): { items: Pod[] } {
    for (const title of this.deployments.keys()) {
      const [of = "", name = ""] = title.split("/");
      this.reconcile(of, name);
    }
    const items = [...this.pods.values()].filter(
      ({ metadata }) => metadata.namespace === namespace && (selector === null || matches(selector, metadata.labels)),
    );
    return { items };
  }

  #patch(deployment: Deployment, type: string, body: unknown, manager: string): void {
    const { metadata, spec } = deployment;
    if (type === "application/json-patch+json") {
      for (const { op, path, value } of body as { op: string; path: string; value: unknown }[]) {
        if (op === "test" && value !== metadata.resourceVersion) {
          throw new FakeStatus(422, "Invalid");
        }
        if (op === "replace" && path === "/metadata/managedFields") {
          metadata.managedFields = value as Metadata["managedFields"];
        }
      }
      return;
    }
    const { metadata: wanted, spec: changed } = body as {
      metadata?: { annotations?: Record<string, string | null> };
      spec?: { replicas?: number };
    };
    const annotations = { ...metadata.annotations, ...wanted?.annotations };
    metadata.annotations = Object.fromEntries(
      Object.entries(annotations).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
    );
    if (changed?.replicas !== undefined && changed.replicas !== spec.replicas) {
      spec.replicas = changed.replicas;
      metadata.generation = (metadata.generation ?? 0) + 1;
      own(metadata, manager);
    }
    this.#count += 1;
    metadata.resourceVersion = String(this.#count);
  }

  #rollOut(title: string, body: unknown): void {
    if ((body as { spec?: { template?: unknown } }).spec?.template === undefined) {
      return;
    }
    this.podsOf(title).forEach(({ metadata }) => this.pods.delete(metadata.uid));
    this.rolledOut(title);
  }

  #summary(): unknown {
    const pods = [...this.pods.values()].map(({ metadata: { name, namespace, labels } }) => ({
      podRef: { name, namespace },
      containers: [...this.memory].flatMap(([container, rssBytes]) =>
        container.startsWith(`${labels?.app}/`) ? [{ name: container.split("/")[1], memory: { rssBytes } }] : [],
      ),
    }));
    return { pods };
  }
}

export class FakeStatus extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
  ) {
    super(`${status} ${reason}`);
  }
}

/** A selector such as `app=dex,tier=a`. */
function matches(selector: string, labels: Record<string, string> = {}): boolean {
  return selector.split(",").every((pair) => {
    const [key = "", value] = pair.split("=");
    return labels[key] === value;
  });
}

function found<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new FakeStatus(404, "NotFound");
  }
  return value;
}

/** Who changes a field owns it from then on, and nobody else does. */
function own(metadata: Metadata, manager: string): void {
  for (const { fieldsV1 } of metadata.managedFields ?? []) {
    const spec: FieldSet = fieldsV1?.["f:spec"] ?? {};
    delete spec["f:replicas"];
  }
  metadata.managedFields = [
    ...(metadata.managedFields ?? []).filter((entry) => entry.manager !== manager),
    { manager, operation: "Update", apiVersion: "apps/v1", fieldsV1: { "f:spec": { "f:replicas": {} } } },
  ];
}
