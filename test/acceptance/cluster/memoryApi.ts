import { type Api, ApiError, type RemoveOptions } from "../../../acceptance/cluster/api";

export interface Call {
  method: "get" | "create" | "remove" | "patch";
  path: string;
  body?: unknown;
}

/** An API server that keeps what it was asked, and answers as it is told. */
export class MemoryApi implements Api {
  readonly calls: Call[] = [];

  constructor(private readonly answer: (call: Call) => unknown = () => ({})) {}

  get<T>(path: string): Promise<T> {
    return this.#call({ method: "get", path }) as Promise<T>;
  }

  patch<T>(path: string, _type: string, body: unknown): Promise<T> {
    return this.#call({ method: "patch", path, body }) as Promise<T>;
  }

  create<T>(path: string, body: unknown): Promise<T> {
    return this.#call({ method: "create", path, body }) as Promise<T>;
  }

  async remove(path: string, options: RemoveOptions = {}): Promise<void> {
    await this.#call({ method: "remove", path, ...(Object.keys(options).length > 0 ? { body: options } : {}) });
  }

  /** Bodies of what was made, by kind. */
  made(kind: string): Record<string, unknown>[] {
    return this.calls
      .filter(({ method }) => method === "create")
      .map(({ body }) => body as Record<string, unknown>)
      .filter((body) => body["kind"] === kind);
  }

  #call(call: Call): Promise<unknown> {
    this.calls.push(call);
    return Promise.resolve().then(() => this.answer(call));
  }
}

export const notFound = (): never => {
  throw new ApiError(404, "NotFound", "not found");
};
