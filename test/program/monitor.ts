import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import {
  type ReadResourceRequest,
  ReadResourceResponse,
  type RegisterResourceOutputsRequest,
  type RegisterResourceRequest,
  RegisterResourceResponse,
  type SupportsFeatureRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { fromWire, secretOnTheWire, type Value } from "./values";

/** A resource as the program declared it. */
export interface Declared {
  urn: string;
  type: string;
  name: string;
  /** Whether a provider makes it; the others are components. */
  custom: boolean;
  /** The parent's URN; empty for the stack. */
  parent: string;
  inputs: { [key: string]: Value };
  /** URNs that the resource itself waits for, those of its inputs included. */
  dependencies: string[];
  ignoreChanges: string[];
  deleteBeforeReplace: boolean;
  retainOnDelete: boolean;
  protect: boolean;
}

type Answer<T> = (error: Error | null, response: T | undefined) => void;

const features = new Set(["secrets", "resourceReferences", "aliasSpecs", "deletedWith", "parameterization"]);

/**
 * What providers compute in a run. In a preview all of it is unknown; in an update each of them makes a text that says
 * where it comes from, so that a test can find it again wherever it goes.
 */
export type Mode = "preview" | "update";

/** The outputs, besides those that the SDK marks as secret, that the program reads. */
const computed: Record<string, string[]> = {
  "random:index/randomBytes:RandomBytes": ["base64", "hex"],
  "random:index/randomPassword:RandomPassword": ["result", "bcryptHash"],
  "tls:index/privateKey:PrivateKey": ["publicKeyPem"],
  "tls:index/selfSignedCert:SelfSignedCert": ["certPem"],
};

export const generatedText = (output: string, name: string): string => `<generated ${output} of ${name}>`;

/** Answers like the engine for a stack that is empty: inputs come back as they are, providers do what `Mode` says. */
export class RecordingMonitor extends MockMonitor {
  readonly declared = new Map<string, Declared>();
  readonly outputs = new Map<string, Value>();
  readonly errors: Error[] = [];

  constructor(
    private readonly project: string,
    private readonly stack: string,
    private readonly mode: Mode,
    /** What is in the cluster already, by kind and id: `ConfigMap istio-system/istio`. */
    private readonly live: Readonly<Record<string, object>> = {},
  ) {
    super({
      newResource: ({ name }) => {
        throw new Error(`nobody asks the mocks: ${name}`);
      },
      call: ({ token }) => {
        throw new Error(`nobody answers the call of ${token}`);
      },
    });
  }

  override registerResource(request: RegisterResourceRequest, answer: Answer<RegisterResourceResponse>): Promise<void> {
    const parent = request.getParent();
    const urn = this.urn(parent, request.getType(), request.getName());
    if (this.declared.has(urn)) {
      const error = new Error(`two resources have the same URN: ${urn}`);
      this.errors.push(error);
      answer(error, undefined);
      return Promise.resolve();
    }
    const object = request.getObject()?.toJavaScript() ?? {};
    this.declared.set(urn, {
      urn,
      type: request.getType(),
      name: request.getName(),
      custom: request.getCustom(),
      parent,
      inputs: fromWire(object) as Declared["inputs"],
      dependencies: [...request.getDependenciesList()].sort(),
      ignoreChanges: request.getIgnorechangesList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      retainOnDelete: request.getRetainondelete() ?? false,
      protect: request.getProtect() ?? false,
    });
    const response = new RegisterResourceResponse();
    response.setUrn(urn);
    response.setId(this.mode === "update" && request.getCustom() ? `id of ${request.getName()}` : "");
    response.setObject(Struct.fromJavaScript(this.outputsOf(request, object)));
    answer(null, response);
    return Promise.resolve();
  }

  override readResource(request: ReadResourceRequest, answer: Answer<ReadResourceResponse>): Promise<void> {
    const title = `${request.getType().split(":").at(-1) ?? ""} ${request.getId()}`;
    const found = this.live[title];
    const urn = this.urn(request.getParent(), request.getType(), request.getName());
    if (found === undefined && this.mode === "update") {
      const error = new Error(`there is no ${title}`);
      this.errors.push(error);
      answer(error, undefined);
      return Promise.resolve();
    }
    this.declared.set(urn, {
      urn,
      type: request.getType(),
      name: request.getName(),
      custom: true,
      parent: request.getParent(),
      // An object that is looked at is none that the program makes, so it has no inputs.
      inputs: {},
      dependencies: [...request.getDependenciesList()].sort(),
      ignoreChanges: [],
      deleteBeforeReplace: false,
      retainOnDelete: false,
      protect: false,
    });
    const response = new ReadResourceResponse();
    response.setUrn(urn);
    response.setProperties(Struct.fromJavaScript((found ?? {}) as Record<string, JavaScriptValue>));
    answer(null, response);
    return Promise.resolve();
  }

  override registerResourceOutputs(request: RegisterResourceOutputsRequest, answer: Answer<Empty>): void {
    this.outputs.set(request.getUrn(), fromWire(request.getOutputs()?.toJavaScript() ?? {}));
    answer(null, new Empty());
  }

  override supportsFeature(
    request: SupportsFeatureRequest,
    answer: (error: null, response: { getHassupport(): boolean }) => void,
  ): void {
    answer(null, { getHassupport: () => features.has(request.getId()) });
  }

  private outputsOf(request: RegisterResourceRequest, inputs: Record<string, JavaScriptValue>) {
    if (!request.getCustom()) {
      return {};
    }
    const secrets = request.getAdditionalsecretoutputsList();
    const outputs: Record<string, JavaScriptValue> = { ...inputs };
    if (this.mode === "update") {
      for (const key of [...secrets, ...(computed[request.getType()] ?? [])]) {
        outputs[key] ??= generatedText(key, request.getName());
      }
    }
    for (const key of secrets) {
      outputs[key] = secretOnTheWire(outputs[key]);
    }
    return outputs;
  }

  /** As the engine makes it, with the whole chain of the parents' types. */
  private urn(parent: string, type: string, name: string): string {
    const above = parent === "" ? "" : (parent.split("::")[2] ?? "");
    const chain = above === "" || above === "pulumi:pulumi:Stack" ? type : `${above}$${type}`;
    return `urn:pulumi:${this.stack}::${this.project}::${chain}::${name}`;
  }
}
