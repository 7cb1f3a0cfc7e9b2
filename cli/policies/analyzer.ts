import { Client, credentials, type requestCallback } from "@grpc/grpc-js";
import {
  AnalyzeRequest,
  AnalyzeResponse,
  AnalyzerInfo,
  AnalyzerPropertyDependencies,
  AnalyzerProviderResource,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzerStackConfigureRequest,
  AnalyzerStackConfigureResponse,
  AnalyzeStackRequest,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { type Message } from "google-protobuf";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type RecordedResource } from "../engine/recorded";
import { parseUrn } from "../engine/urn";
import { forAnalyzer, type WireObject } from "../engine/wire";
import { Failure } from "../exit";
import { type Level, type PackConfig } from "./packConfig";

/** As the engine's own limit: a CustomResourceDefinition alone can be larger than gRPC's default. */
const maxMessageSize = 400 * 1024 * 1024;

const enforcementLevels: Record<Level, EnforcementLevel> = {
  advisory: EnforcementLevel.ADVISORY,
  mandatory: EnforcementLevel.MANDATORY,
  remediate: EnforcementLevel.REMEDIATE,
  disabled: EnforcementLevel.DISABLED,
};

/** A client of a pack's Analyzer service. */
export class Analyzer {
  readonly #client: Client;

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), {
      "grpc.max_receive_message_length": maxMessageSize,
      "grpc.max_send_message_length": maxMessageSize,
    });
  }

  info(): Promise<AnalyzerInfo> {
    return this.#call("GetAnalyzerInfo", new Empty(), AnalyzerInfo);
  }

  /**
   * Tells the pack its stack, then each policy's level and settings: the schema's defaults, over them what the pack itself
   * gives, and over both the config. Returns the levels.
   */
  async configure(
    stack: string,
    project: string,
    info: AnalyzerInfo,
    given: PackConfig,
  ): Promise<ReadonlyMap<string, EnforcementLevel>> {
    const request = new AnalyzerStackConfigureRequest();
    request.setStack(stack);
    request.setProject(project);
    request.setOrganization("organization");
    request.setDryRun(true);
    await this.#call("ConfigureStack", request, AnalyzerStackConfigureResponse);

    const configuration = new ConfigureAnalyzerRequest();
    const levels = new Map<string, EnforcementLevel>();
    for (const policy of info.getPoliciesList()) {
      const own = info.getInitialconfigMap().get(policy.getName());
      const schema = policy.getConfigschema()?.getProperties()?.toJavaScript() ?? {};
      const defaults = Object.entries(schema).flatMap(([key, property]) =>
        typeof property === "object" && property !== null && "default" in property
          ? [[key, (property as Record<string, JavaScriptValue>).default]]
          : [],
      );
      const config = new PolicyConfig();
      const level = given.levelOf(policy.getName());
      const enforced =
        level === undefined ? (own?.getEnforcementlevel() ?? policy.getEnforcementlevel()) : enforcementLevels[level];
      levels.set(policy.getName(), enforced);
      config.setEnforcementlevel(enforced);
      config.setProperties(
        Struct.fromJavaScript({
          ...(Object.fromEntries(defaults) as Record<string, JavaScriptValue>),
          ...own?.getProperties()?.toJavaScript(),
          ...(given.propertiesOf(policy.getName()) as Record<string, JavaScriptValue>),
        }),
      );
      configuration.getPolicyconfigMap().set(policy.getName(), config);
    }
    await this.#call("Configure", configuration, Empty);
    return levels;
  }

  /** Checks one resource's inputs. */
  analyze(resource: RecordedResource, providers: Providers): Promise<AnalyzeResponse> {
    const request = new AnalyzeRequest();
    request.setType(resource.type);
    request.setUrn(resource.urn);
    request.setName(resource.name);
    request.setProperties(properties(resource.remote ? {} : resource.inputs));
    request.setOptions(options(resource));
    request.setProvider(providers.of(resource));
    return this.#call("Analyze", request, AnalyzeResponse);
  }

  /** Checks all resources together, by their outputs. */
  analyzeStack(resources: readonly RecordedResource[], providers: Providers): Promise<AnalyzeResponse> {
    const request = new AnalyzeStackRequest();
    request.setResourcesList(
      resources.map((resource) => {
        const analyzed = new AnalyzerResource();
        analyzed.setType(resource.type);
        analyzed.setUrn(resource.urn);
        analyzed.setName(resource.name);
        analyzed.setProperties(properties(resource.outputs));
        analyzed.setOptions(options(resource));
        analyzed.setProvider(providers.of(resource));
        analyzed.setParent(resource.parent ?? "");
        analyzed.setDependenciesList(resource.dependencies);
        for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
          const dependencies = new AnalyzerPropertyDependencies();
          dependencies.setUrnsList(urns);
          analyzed.getPropertydependenciesMap().set(key, dependencies);
        }
        return analyzed;
      }),
    );
    return this.#call("AnalyzeStack", request, AnalyzeResponse);
  }

  close(): void {
    this.#client.close();
  }

  #call<Request extends Message, Response>(
    method: string,
    request: Request,
    type: { deserializeBinary(bytes: Uint8Array): Response },
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      const done: requestCallback<Response> = (error, response) => {
        if (error !== null || response === undefined) {
          const [line = "", ...rest] = (error?.details ?? "no answer").split("\n");
          reject(new Failure(`The policy pack failed in ${method}: ${line}`, rest.join("\n")));
        } else {
          resolve(response);
        }
      };
      this.#client.makeUnaryRequest(
        `/pulumirpc.Analyzer/${method}`,
        (message: Request) => Buffer.from(message.serializeBinary()),
        (bytes: Buffer) => type.deserializeBinary(bytes),
        request,
        done,
      );
    });
  }
}

/** The provider of each resource as a policy sees it, the default ones of the engine included. */
export class Providers {
  readonly #all: ReadonlyMap<string, RecordedResource>;

  constructor(resources: ReadonlyMap<string, RecordedResource>) {
    this.#all = resources;
  }

  of(resource: RecordedResource): AnalyzerProviderResource | undefined {
    if (!resource.custom || resource.type.startsWith("pulumi:")) {
      return undefined;
    }
    const explicit = this.#all.get(resource.provider.slice(0, resource.provider.lastIndexOf("::")));
    const provider = new AnalyzerProviderResource();
    if (explicit !== undefined) {
      provider.setType(explicit.type);
      provider.setUrn(explicit.urn);
      provider.setName(explicit.name);
      provider.setProperties(properties(explicit.inputs));
      return provider;
    }
    const { stack, project } = parseUrn(resource.urn);
    const [packageName = ""] = resource.type.split(":");
    const type = `pulumi:providers:${packageName}`;
    const version = resource.version === "" ? "" : `_${resource.version.replace(/[^A-Za-z0-9]/g, "_")}`;
    const name = `default${version}`;
    provider.setType(type);
    provider.setName(name);
    provider.setUrn(`urn:pulumi:${stack}::${project}::${type}::${name}`);
    provider.setProperties(properties(resource.version === "" ? {} : { version: resource.version }));
    return provider;
  }
}

function properties(values: WireObject): Struct {
  return Struct.fromJavaScript(forAnalyzer(values) as Record<string, JavaScriptValue>);
}

function options(resource: RecordedResource): AnalyzerResourceOptions {
  const result = new AnalyzerResourceOptions();
  result.setProtect(resource.protect);
  result.setIgnorechangesList(resource.ignoreChanges);
  result.setAdditionalsecretoutputsList(resource.additionalSecretOutputs);
  result.setAliasesList(resource.aliases);
  result.setParent(resource.parent ?? "");
  result.setDeletebeforereplacedefined(resource.deleteBeforeReplace !== undefined);
  result.setDeletebeforereplace(resource.deleteBeforeReplace ?? false);
  const timeouts = new AnalyzerResourceOptions.CustomTimeouts();
  timeouts.setCreate(seconds(resource.customTimeouts.create));
  timeouts.setUpdate(seconds(resource.customTimeouts.update));
  timeouts.setDelete(seconds(resource.customTimeouts.delete));
  result.setCustomtimeouts(timeouts);
  return result;
}

const secondsIn: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** A duration in Go's notation, `1h30m`. */
function seconds(duration: string): number {
  return [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, amount = "0", unit = "s"]) => sum + Number(amount) * (secondsIn[unit] ?? 0),
    0,
  );
}
