import { KubeConfig } from "@kubernetes/client-node";
import { Agent, request as overPlain, type IncomingMessage } from "node:http";
import { Agent as TlsAgent, request as overTls, type RequestOptions } from "node:https";
import { type KubernetesObject } from "./object";

/** The name under which the bed's fields are noted in every object. */
export const fieldManager = "gatehouse-bed";

const timeoutMs = 60_000;

/** What the API server answered instead of what was asked for. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    /** Kubernetes' word for it, `NotFound`. */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

interface Resource {
  name: string;
  kind: string;
  namespaced: boolean;
}

/**
 * The API server by the paths of its REST interface. The objects go as they are: a typed client would leave out fields
 * that it doesn't know, and the API server could then not refuse them.
 */
export class Api {
  readonly #resources = new Map<string, Promise<Resource[]>>();

  private constructor(
    readonly server: string,
    readonly options: RequestOptions,
  ) {}

  /** Access by the current context of a kubeconfig. */
  static async connect(kubeconfig: string): Promise<Api> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const server = config.getCurrentCluster()?.server;
    if (server === undefined) {
      throw new Error(`the current context of ${kubeconfig} names no cluster`);
    }
    const given: RequestOptions = {};
    await config.applyToHTTPSOptions(given);
    const { ca, cert, key, headers } = given;
    const agent = server.startsWith("https:")
      ? new TlsAgent({ ca, cert, key, keepAlive: true, maxSockets: 8 })
      : new Agent({ keepAlive: true, maxSockets: 8 });
    return new Api(server.replace(/\/$/, ""), { agent, headers, timeout: timeoutMs });
  }

  get<T>(path: string): Promise<T> {
    return this.#call("GET", path) as Promise<T>;
  }

  /** What is there, or `undefined`. */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  async list<T = KubernetesObject>(path: string): Promise<T[]> {
    return (await this.get<{ items: T[] }>(path)).items;
  }

  /** Server-side apply, with every field checked against the schema. */
  async apply(object: KubernetesObject): Promise<KubernetesObject> {
    const path = await this.pathOf(object);
    const query = `fieldManager=${fieldManager}&force=true&fieldValidation=Strict`;
    const answer = await this.#call("PATCH", `${path}?${query}`, object, "application/apply-patch+yaml");
    return answer as KubernetesObject;
  }

  /** Deletes an object with what belongs to it; an object that is not there is gone already. */
  async remove(object: Pick<KubernetesObject, "apiVersion" | "kind" | "metadata">): Promise<boolean> {
    try {
      const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" };
      await this.#call("DELETE", await this.pathOf(object), body);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return false;
      }
      throw error;
    }
  }

  /** The path of an object by its kind, as the API server says it. */
  async pathOf({
    apiVersion,
    kind,
    metadata: { name, namespace },
  }: Pick<KubernetesObject, "apiVersion" | "kind" | "metadata">): Promise<string> {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { name: plural, namespaced } = await this.#resourceOf(root, kind);
    const place = namespaced ? `/namespaces/${encodeURIComponent(namespace ?? "default")}` : "";
    return `${root}${place}/${plural}/${encodeURIComponent(name)}`;
  }

  async #resourceOf(root: string, kind: string): Promise<Resource> {
    const look = async () => (await this.#resourcesAt(root)).find((resource) => resource.kind === kind);
    const known = await look().catch(() => undefined);
    if (known !== undefined) {
      return known;
    }
    // A definition that came since is not in what was read before.
    this.#resources.delete(root);
    const found = await look();
    if (found === undefined) {
      throw new ApiError(404, "NotFound", `the API server has no kind ${kind} below ${root}`);
    }
    return found;
  }

  #resourcesAt(root: string): Promise<Resource[]> {
    const known = this.#resources.get(root);
    if (known !== undefined) {
      return known;
    }
    const reading = this.get<{ resources: Resource[] }>(root).then(({ resources }) =>
      resources.filter(({ name }) => !name.includes("/")),
    );
    this.#resources.set(root, reading);
    return reading;
  }

  #call(method: string, path: string, body?: unknown, type = "application/json"): Promise<unknown> {
    const request = this.server.startsWith("https:") ? overTls : overPlain;
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.server}${path}`,
        {
          ...this.options,
          method,
          headers: {
            ...this.options.headers,
            // The keys of service accounts have a type of their own.
            Accept: "application/json, */*;q=0.8",
            // Node says no length for DELETE, and the body would be read as the next request of the connection.
            ...(text === undefined ? {} : { "Content-Type": type, "Content-Length": Buffer.byteLength(text) }),
          },
        },
        (response) => void answerOf(response).then(resolve, reject),
      );
      sent.once("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      sent.once("error", (error) => reject(new Error(`${method} ${path}: ${error.message}`, { cause: error })));
      sent.end(text);
    });
  }
}

async function answerOf(response: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk as string;
  }
  const status = response.statusCode ?? 0;
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  if (status >= 200 && status < 300) {
    if (answer === undefined) {
      throw new ApiError(status, "", "the answer is no JSON");
    }
    return answer;
  }
  const { reason = "", message = text.slice(0, 500) } = (answer ?? {}) as { reason?: string; message?: string };
  throw new ApiError(status, reason, message);
}
