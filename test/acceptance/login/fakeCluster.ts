import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface EnvVar {
  name: string;
  value?: string;
}

interface Operation {
  op: string;
  path: string;
  value?: unknown;
}

/** An API server with the Deployments of Dex and oauth2-proxy, their pods and the pods' logs. */
export class FakeCluster {
  /** oauth2-proxy's environment. */
  env: EnvVar[] | undefined;
  /** Every change in order. */
  readonly patches: Operation[][] = [];
  /** Lines of each pod's log, by its name. */
  readonly logs = new Map<string, string[]>();
  readonly #directory = mkdtempSync(join(tmpdir(), "gatehouse-cluster-"));
  readonly #server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    request.once("end", () => {
      const answer = this.#answer(request.method ?? "", new URL(request.url ?? "", "http://api.invalid"), body);
      response.statusCode = answer === undefined ? 404 : 200;
      response.setHeader("content-type", typeof answer === "string" ? "text/plain" : "application/json");
      response.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? { kind: "Status", code: 404 }));
    });
  });

  constructor(readonly pods: readonly string[]) {
    this.pods.forEach((name) => this.logs.set(name, []));
  }

  /** Starts it, and gives the path of its kubeconfig. */
  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    const { port } = this.#server.address() as AddressInfo;
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "fake",
      contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
      clusters: [{ name: "fake", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "fake", user: {} }],
    };
    const path = join(this.#directory, "kubeconfig");
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  async stop(): Promise<void> {
    rmSync(this.#directory, { recursive: true });
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #answer(method: string, { pathname, searchParams }: URL, body: string): unknown {
    const [, , pod] = /\/pods\/(([^/]+))\/log$/.exec(pathname) ?? [];
    if (pod !== undefined) {
      return this.logs.get(pod)?.join("\n") ?? "";
    }
    if (pathname.endsWith("/pods")) {
      const name = searchParams.get("labelSelector")?.split("=")[1] ?? "";
      return { items: this.pods.filter((one) => one.startsWith(`${name}-`)).map(podNamed) };
    }
    const [, name] = /\/deployments\/([^/]+)$/.exec(pathname) ?? [];
    if (name === undefined) {
      return undefined;
    }
    if (method === "PATCH") {
      const operations = JSON.parse(body) as Operation[];
      this.patches.push(operations);
      for (const { op, path, value } of operations.filter((one) => one.path.endsWith("/env"))) {
        this.env = op === "remove" ? undefined : path.endsWith("/0/env") ? (value as EnvVar[]) : this.env;
      }
    }
    return this.#deployment(name);
  }

  #deployment(name: string) {
    const replicas = this.pods.filter((one) => one.startsWith(`${name}-`)).length;
    return {
      metadata: { name, generation: 1 },
      spec: {
        replicas,
        selector: { matchLabels: { "app.kubernetes.io/name": name } },
        template: { spec: { containers: [{ name, ...(this.env === undefined ? {} : { env: this.env }) }] } },
      },
      status: { observedGeneration: 1, replicas, updatedReplicas: replicas, readyReplicas: replicas },
    };
  }
}

function podNamed(name: string) {
  return {
    metadata: { name, uid: name },
    spec: { containers: [{ name }] },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
}
