import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { type Callback } from "@pulumi/pulumi/proto/callback_pb";
import {
  type ReadResourceRequest,
  ReadResourceResponse,
  type RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  RegisterResourceResponse,
  type ResourceInvokeRequest,
  type SupportsFeatureRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { type InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Failure } from "../exit";
import { declared, read, type RecordedResource } from "./recorded";
import { type Redactor } from "./redactor";
import { Transforms } from "./transforms";
import { parseUrn, urnOf } from "./urn";
import { secretTexts, type WireObject } from "./wire";

type Answer<T> = (error: Error | null, response: T | undefined) => void;

/**
 * The features that this monitor has. Without `outputValues`, inputs come as values with their marks; without
 * `resourceReferences`, an old SDK would send ids, which an analyzer gets anyway.
 */
const features = new Set([
  "secrets",
  "resourceReferences",
  "deletedWith",
  "replaceWith",
  "aliasSpecs",
  "transforms",
  "invokeTransforms",
  "parameterization",
  "resourceHooks",
  "errorHooks",
]);

/** A resource that a remote component's provider would declare. */
export interface Child {
  type: string;
  name: string;
  object: WireObject;
  retain: boolean;
  dependencies: string[];
}

/** A remote component's registration, for whoever renders what its provider would have made. */
export type RemoteListener = (resource: RecordedResource) => void;

/**
 * Stands in for the engine: takes the program's registrations and answers as a preview of a stack that has no
 * resources yet would, without any provider.
 */
export class Recorder extends MockMonitor {
  readonly recorded = new Map<string, RecordedResource>();
  /** What the program exports, as soon as it has ended. */
  stackOutputs: WireObject = {};
  readonly transforms = new Transforms();
  /** The first thing that the program asked for and an engine would have refused. */
  refusal: Failure | undefined;

  constructor(
    readonly project: string,
    readonly stack: string,
    readonly redactor: Redactor,
    readonly onRemote: RemoteListener,
  ) {
    // Every method that would ask the mocks is overridden below.
    super({ newResource: () => ({ id: undefined, state: {} }), call: () => ({}) });
  }

  override async registerResource(
    request: RegisterResourceRequest,
    answer: Answer<RegisterResourceResponse>,
  ): Promise<void> {
    try {
      const resource = await this.register(request, "program");
      const response = new RegisterResourceResponse();
      response.setUrn(resource.urn);
      response.setId(request.getImportid());
      response.setObject(asStruct(resource.outputs));
      answer(null, response);
      if (resource.remote) {
        this.onRemote(resource);
      }
    } catch (error) {
      answer(this.#refuse(error), undefined);
    }
  }

  /** Records a resource as the program, or a remote component's provider, declares it. */
  async register(request: RegisterResourceRequest, origin: string): Promise<RecordedResource> {
    const own = request.getTransformsList();
    await this.transforms.apply(request, this.#ancestry(request.getParent()), own);
    const resource = this.#record(request, origin, asWire(request.getObject()));
    this.transforms.keep(resource.urn, own);
    return resource;
  }

  #record(request: RegisterResourceRequest, origin: string, inputs: WireObject): RecordedResource {
    const parent = request.getParent();
    const urn = this.#claim(urnOf(this.stack, this.project, parent, request.getType(), request.getName()));
    const resource = declared(request, { urn, inputs, origin, above: this.recorded.get(parent) });
    this.#learnSecrets(resource.outputs);
    // What the program marked itself is a secret for sure; what only the SDK marks is any value of any Secret.
    this.#learnSecrets(resource.inputs, true);
    this.recorded.set(urn, resource);
    return resource;
  }

  /** Declares a child of a remote component in its provider's place. */
  async registerChild(
    parent: RecordedResource,
    { type, name, object, retain, dependencies }: Child,
  ): Promise<RecordedResource> {
    const request = new RegisterResourceRequest();
    request.setType(type);
    request.setName(name);
    request.setParent(parent.urn);
    request.setCustom(true);
    request.setProvider(parent.provider);
    request.setVersion(parent.version);
    request.setDependenciesList(dependencies);
    if (retain) {
      request.setRetainondelete(true);
    }
    if (!this.transforms.reach(this.#ancestry(parent.urn))) {
      return this.#record(request, parent.urn, object);
    }
    request.setObject(asStruct(object));
    return this.register(request, parent.urn);
  }

  override readResource(request: ReadResourceRequest, answer: Answer<ReadResourceResponse>): Promise<void> {
    try {
      const urn = this.#claim(
        urnOf(this.stack, this.project, request.getParent(), request.getType(), request.getName()),
      );
      const resource = read(request, urn, asWire(request.getProperties()));
      this.#learnSecrets(resource.outputs);
      this.recorded.set(urn, resource);
      const response = new ReadResourceResponse();
      response.setUrn(urn);
      response.setProperties(asStruct(resource.outputs));
      answer(null, response);
    } catch (error) {
      answer(this.#refuse(error), undefined);
    }
    return Promise.resolve();
  }

  override registerResourceOutputs(request: RegisterResourceOutputsRequest, answer: Answer<Empty>): void {
    const resource = this.recorded.get(request.getUrn());
    if (resource === undefined) {
      answer(
        this.#refuse(new Failure(`Outputs came for a resource that nobody declared: ${request.getUrn()}`)),
        undefined,
      );
      return;
    }
    const outputs = asWire(request.getOutputs());
    this.#learnSecrets(outputs);
    resource.outputs = outputs;
    if (resource.parent === undefined && resource.type === "pulumi:pulumi:Stack") {
      this.stackOutputs = outputs;
    }
    answer(null, new Empty());
  }

  override invoke(request: ResourceInvokeRequest, answer: Answer<InvokeResponse>): Promise<void> {
    answer(this.#noProvider(`The function ${request.getTok()}`), undefined);
    return Promise.resolve();
  }

  /** Methods of components; the SDK's mock monitor has none. */
  call(request: { getTok(): string }, answer: Answer<never>): void {
    answer(this.#noProvider(`The method ${request.getTok()}`), undefined);
  }

  override supportsFeature(
    request: SupportsFeatureRequest,
    answer: (error: null, response: { getHassupport(): boolean }) => void,
  ): void {
    const has = features.has(request.getId());
    answer(null, { getHassupport: () => has });
  }

  registerStackTransform(callback: Callback, answer: Answer<Empty>): void {
    this.transforms.addToStack(callback);
    answer(null, new Empty());
  }

  /** Accepted and never run: they change calls of provider functions, and those are refused. */
  registerStackInvokeTransform(_callback: Callback, answer: Answer<Empty>): void {
    answer(null, new Empty());
  }

  /** Accepted and never run: hooks run around a provider's work, and no provider works in an offline preview. */
  registerResourceHook(_request: unknown, answer: Answer<Empty>): void {
    answer(null, new Empty());
  }

  registerErrorHook(_request: unknown, answer: Answer<Empty>): void {
    answer(null, new Empty());
  }

  /** The SDK closes its monitor when it disconnects. */
  close(): void {
    this.transforms.close();
  }

  #claim(urn: string): string {
    if (this.recorded.has(urn)) {
      const { type, name } = parseUrn(urn);
      throw new Failure(
        `Two resources have the same URN: ${urn}. Give one of the two "${name}" of type ${type} another name or parent.`,
      );
    }
    return urn;
  }

  #ancestry(parent: string): string[] {
    const urns: string[] = [];
    for (let urn: string | undefined = parent; urn !== undefined && urn !== "";) {
      urns.push(urn);
      urn = this.recorded.get(urn)?.parent;
    }
    return urns;
  }

  #learnSecrets(values: WireObject, searched = false): void {
    for (const { text, whole } of secretTexts(values)) {
      this.redactor.learn(text, { searched: searched && whole });
    }
  }

  #noProvider(what: string): Failure {
    const message = `${what} needs its provider, and an offline preview has none. Preview this program with the Pulumi CLI.`;
    return this.#refuse(new Failure(message));
  }

  #refuse(error: unknown): Failure {
    const failure =
      error instanceof Failure ? error : new Failure(error instanceof Error ? error.message : String(error));
    this.refusal ??= failure;
    return failure;
  }
}

function asWire(struct: Struct | undefined): WireObject {
  return struct?.toJavaScript() ?? {};
}

function asStruct(value: WireObject): Struct {
  return Struct.fromJavaScript(value);
}
