import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api } from "../../../bed/platform/cluster/api";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
}

/** What the fake answers: a status and an object; nothing for what it knows by itself. */
export type Answerer = (asked: Asked) => { status?: number; body: unknown } | undefined;

const resources: Record<string, [plural: string, kind: string, namespaced: boolean][]> = {
  "/api/v1": [
    ["namespaces", "Namespace", false],
    ["secrets", "Secret", true],
    ["configmaps", "ConfigMap", true],
    ["pods", "Pod", true],
  ],
  "/apis/apps/v1": [
    ["deployments", "Deployment", true],
    ["deployments/status", "Deployment", true],
    ["daemonsets", "DaemonSet", true],
  ],
  "/apis/batch/v1": [["jobs", "Job", true]],
  "/apis/cert-manager.io/v1": [
    ["certificates", "Certificate", true],
    ["clusterissuers", "ClusterIssuer", false],
  ],
};

/** An API server that keeps what is applied, by path. */
export class FakeCluster {
  readonly objects = new Map<string, Record<string, unknown>>();
  readonly asked: Asked[] = [];
  answer: Answerer = () => undefined;
  readonly #directory = mkdtempSync(join(tmpdir(), "gatehouse-test-"));
  readonly #server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.once("end", () => {
      const url = new URL(request.url ?? "", "http://fake");
      const asked = { method: request.method ?? "", path: url.pathname, query: url.searchParams, body };
      this.asked.push(asked);
      const { status = 200, body: answer } = this.answer(asked) ?? this.#own(asked);
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
    });
  });

  /** Starts it and gives access to it by a kubeconfig, like anybody else's. */
  async start(): Promise<Api> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    writeFileSync(
      this.kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "fake",
        contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
        clusters: [{ name: "fake", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
        users: [{ name: "fake", user: {} }],
      }),
    );
    return Api.connect(this.kubeconfig);
  }

  get kubeconfig(): string {
    return join(this.#directory, "kubeconfig");
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #own({ method, path, body }: Asked): { status?: number; body: unknown } {
    const listed = resources[path];
    if (listed !== undefined) {
      return { body: { resources: listed.map(([name, kind, namespaced]) => ({ name, kind, namespaced })) } };
    }
    if (method === "PATCH") {
      const object = JSON.parse(body) as Record<string, unknown>;
      this.objects.set(path, object);
      return { body: object };
    }
    const object = this.objects.get(path);
    if (object !== undefined) {
      if (method === "DELETE") {
        this.objects.delete(path);
      }
      return { body: object };
    }
    const items = [...this.objects].flatMap(([at, item]) => (at.startsWith(`${path}/`) ? [item] : []));
    return items.length > 0 ? { body: { items } } : { status: 404, body: status("NotFound", `${path} not found`) };
  }
}

/** How Kubernetes says that something went wrong. */
export function status(reason: string, message: string) {
  return { kind: "Status", status: "Failure", reason, message };
}
