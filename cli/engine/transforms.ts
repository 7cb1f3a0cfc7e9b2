import { credentials } from "@grpc/grpc-js";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { type Callback, CallbackInvokeRequest } from "@pulumi/pulumi/proto/callback_pb";
import {
  type RegisterResourceRequest,
  TransformRequest,
  TransformResourceOptions,
  TransformResponse,
} from "@pulumi/pulumi/proto/resource_pb";

/**
 * Runs the program's resource transforms, which live behind a gRPC service of the SDK, in the engine's order: the
 * resource's own, then its parents', then the stack's.
 */
export class Transforms {
  readonly #ofStack: Callback[] = [];
  readonly #ofResource = new Map<string, Callback[]>();
  readonly #clients = new Map<string, CallbacksClient>();

  addToStack(callback: Callback): void {
    this.#ofStack.push(callback);
  }

  /** Children get their parents' transforms too, those that a provider registers included. */
  keep(urn: string, callbacks: readonly Callback[]): void {
    if (callbacks.length > 0) {
      this.#ofResource.set(urn, [...callbacks]);
    }
  }

  /** Whether a resource below these parents would meet any transform. */
  reach(parents: readonly string[]): boolean {
    return this.#ofStack.length > 0 || parents.some((urn) => this.#ofResource.has(urn));
  }

  /** Changes the request as the transforms say. */
  async apply(request: RegisterResourceRequest, parents: readonly string[], own: readonly Callback[]): Promise<void> {
    const inherited = parents.flatMap((urn) => this.#ofResource.get(urn) ?? []);
    for (const callback of [...own, ...inherited, ...this.#ofStack]) {
      const response = await this.#invoke(callback, transformRequest(request));
      request.setObject(response.getProperties() ?? request.getObject());
      const options = response.getOptions();
      if (options !== undefined) {
        takeOptions(request, options);
      }
    }
  }

  close(): void {
    for (const client of this.#clients.values()) {
      client.close();
    }
  }

  #invoke(callback: Callback, request: TransformRequest): Promise<TransformResponse> {
    const target = callback.getTarget();
    const client = this.#clients.get(target) ?? new CallbacksClient(target, credentials.createInsecure());
    this.#clients.set(target, client);
    const invocation = new CallbackInvokeRequest();
    invocation.setToken(callback.getToken());
    invocation.setRequest(request.serializeBinary());
    return new Promise((resolve, reject) => {
      client.invoke(invocation, (error, response) => {
        if (error !== null) {
          reject(new Error(error.details));
        } else {
          resolve(TransformResponse.deserializeBinary(response.getResponse_asU8()));
        }
      });
    });
  }
}

function transformRequest(request: RegisterResourceRequest): TransformRequest {
  const options = new TransformResourceOptions();
  options.setDependsOnList(request.getDependenciesList());
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setVersion(request.getVersion());
  options.setAliasesList(request.getAliasesList());
  options.setProvider(request.getProvider());
  options.setCustomTimeouts(request.getCustomtimeouts());
  options.setPluginDownloadUrl(request.getPlugindownloadurl());
  options.setDeletedWith(request.getDeletedwith());
  options.setReplaceWithList(request.getReplaceWithList());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  options.setHideDiffList(request.getHidediffsList());
  options.setHooks(request.getHooks());
  options.setImport(request.getImportid());
  if (request.hasProtect()) {
    options.setProtect(request.getProtect() ?? false);
  }
  if (request.hasRetainondelete()) {
    options.setRetainOnDelete(request.getRetainondelete() ?? false);
  }
  if (request.getDeletebeforereplacedefined()) {
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  }
  for (const [key, value] of request.getProvidersMap().entries()) {
    options.getProvidersMap().set(key, value);
  }

  const transform = new TransformRequest();
  transform.setType(request.getType());
  transform.setName(request.getName());
  transform.setCustom(request.getCustom());
  transform.setParent(request.getParent());
  transform.setProperties(request.getObject());
  transform.setOptions(options);
  return transform;
}

function takeOptions(request: RegisterResourceRequest, options: TransformResourceOptions): void {
  request.setDependenciesList(options.getDependsOnList());
  request.setIgnorechangesList(options.getIgnoreChangesList());
  request.setReplaceonchangesList(options.getReplaceOnChangesList());
  request.setVersion(options.getVersion());
  request.setAliasesList(options.getAliasesList());
  request.setProvider(options.getProvider());
  request.setCustomtimeouts(options.getCustomTimeouts());
  request.setDeletedwith(options.getDeletedWith());
  request.setAdditionalsecretoutputsList(options.getAdditionalSecretOutputsList());
  if (options.hasProtect()) {
    request.setProtect(options.getProtect() ?? false);
  }
  if (options.hasRetainOnDelete()) {
    request.setRetainondelete(options.getRetainOnDelete() ?? false);
  }
  if (options.hasDeleteBeforeReplace()) {
    request.setDeletebeforereplace(options.getDeleteBeforeReplace() ?? false);
    request.setDeletebeforereplacedefined(true);
  }
}
