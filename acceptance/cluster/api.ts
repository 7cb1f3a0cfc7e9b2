import { Agent, request as overTls, type RequestOptions } from "node:https";
import { request as overPlain } from "node:http";
import { type Target } from "../check";
import { limited } from "../limited";
import { connect } from "./connect";

/** Who the suite says it is, wherever the API server notes who changed something. */
export const fieldManager = "gatehouse-verify";

export type PatchType = "application/merge-patch+json" | "application/json-patch+json";

/**
 * The API server, by the paths of its REST interface: what the suite changes lies in subresources and custom resources,
 * where typed clients say no more than the path does.
 */
export interface Api {
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  patch<T>(path: string, type: PatchType, body: unknown, signal?: AbortSignal): Promise<T>;
  create<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T>;
  remove(path: string, options?: RemoveOptions, signal?: AbortSignal): Promise<void>;
}

export interface RemoveOptions {
  gracePeriodSeconds?: number;
  /** Refused with 409 where another object has the name by now. */
  preconditions?: { uid: string };
}

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

/** The part of a kubeconfig's context that a request needs. */
export interface Access {
  server: string;
  apply: (options: RequestOptions) => Promise<void>;
}

/** Access by the target's kubeconfig. */
export function clusterApi(target: Target): Api {
  const config = connect(target);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new Error("the kubeconfig's current context names no cluster");
  }
  return apiOf({ server, apply: keeping((options) => config.applyToHTTPSOptions(options)) });
}

/** The same as somebody else, with that one's rights alone; whoever the kubeconfig names has to be allowed to. */
export function clusterApiAs(user: string, target: Target): Api {
  const config = connect(target);
  const server = config.getCurrentCluster()?.server ?? "";
  const apply = keeping((options) => config.applyToHTTPSOptions(options));
  return apiOf({
    server,
    apply: async (options) => {
      await apply(options);
      options.headers = { ...options.headers, "Impersonate-User": user };
    },
  });
}

/**
 * Spares a handshake and a credential plugin's run at every request; short enough for tokens that end, and for servers that
 * close a connection on which nothing was asked for a while.
 */
const keptFor = 30_000;

function keeping(apply: Access["apply"]): Access["apply"] {
  let kept: { until: number; given: Promise<RequestOptions> } | undefined;
  const ask = async (): Promise<RequestOptions> => {
    const given: RequestOptions = { headers: {} };
    await apply(given);
    // A way through a proxy is left as it is.
    if (given.agent instanceof Agent) {
      given.agent = new Agent({ ...given.agent.options, keepAlive: true, timeout: keptFor });
    }
    return given;
  };
  return async (options) => {
    if (kept === undefined || kept.until < Date.now()) {
      kept = { until: Date.now() + keptFor, given: ask() };
    }
    try {
      const given = await kept.given;
      Object.assign(options, given, { headers: { ...options.headers, ...given.headers } });
    } catch (error) {
      kept = undefined;
      throw error;
    }
  };
}

export function apiOf(access: Access): Api {
  const call = <T>(method: string, path: string, signal?: AbortSignal, body?: unknown, type = "application/json") =>
    send(access, method, path, signal, body, type) as Promise<T>;
  const managed = (path: string) => `${path}${path.includes("?") ? "&" : "?"}fieldManager=${fieldManager}`;
  return {
    get: (path, signal) => call("GET", path, signal),
    patch: (path, type, body, signal) => call("PATCH", managed(path), signal, body, type),
    create: (path, body, signal) => call("POST", managed(path), signal, body),
    remove: async (path, options = {}, signal) => {
      await call("DELETE", path, signal, { kind: "DeleteOptions", apiVersion: "v1", ...options });
    },
  };
}

/** What is there, or `undefined`. */
export async function find<T>(api: Api, path: string, signal?: AbortSignal): Promise<T | undefined> {
  try {
    return await api.get<T>(path, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}

async function send(
  { server, apply }: Access,
  method: string,
  path: string,
  signal: AbortSignal | undefined,
  body: unknown,
  type: string,
): Promise<unknown> {
  // The server's address may have a path of its own, as behind Rancher.
  const url = new URL(server.replace(/\/$/, "") + path);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const options: RequestOptions = {
    method,
    headers: {
      // The keys have a type of their own, and the API server insists on it.
      Accept: "application/json, application/jwk-set+json",
      "User-Agent": fieldManager,
      ...(text === undefined ? {} : { "Content-Type": type, "Content-Length": Buffer.byteLength(text) }),
    },
    signal: limited(signal, 30_000),
  };
  await apply(options);
  const [status, answer] = await new Promise<[number, string]>((resolve, reject) => {
    const request = (url.protocol === "https:" ? overTls : overPlain)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => resolve([response.statusCode ?? 0, Buffer.concat(chunks).toString("utf8")]));
    });
    request.once("error", reject);
    request.end(text);
  });
  if (status < 200 || status > 299) {
    const { reason = "", message = "" } = parsed(answer) as { reason?: string; message?: string };
    const said = message === "" ? "" : `: ${message}`;
    throw new ApiError(status, reason, `${method} ${path} at the API server: ${status}${said}`);
  }
  return parsed(answer);
}

function parsed(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
