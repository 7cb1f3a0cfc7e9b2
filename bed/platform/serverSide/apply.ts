import { Failure } from "../../../cli/exit";
import { type Api, ApiError } from "../cluster/api";
import { conditionOf, type KubernetesObject, nameOf } from "../cluster/object";
import { until } from "../cluster/wait";

export interface ApplyArgs {
  api: Pick<Api, "apply" | "remove" | "find" | "pathOf">;
  progress: (text: string) => void;
  /** Takes what had to be done twice. */
  note: (text: string) => void;
  /** Seconds for which a webhook may be out of reach. */
  patience: number;
  /** Seconds between two tries. */
  every?: number;
}

/**
 * Applies objects one after the other. Whatever the API server, a schema, a rule or a webhook says against one of them
 * is a failure; only a webhook that does not answer yet is asked again.
 */
export async function applyAll(objects: readonly KubernetesObject[], args: ApplyArgs): Promise<void> {
  for (const object of objects) {
    await applyOne(object, args);
  }
}

async function applyOne(object: KubernetesObject, args: ApplyArgs): Promise<void> {
  const { api, progress, note, patience, every = 2 } = args;
  const deadline = Date.now() + patience * 1000;
  let tries = 1;
  for (; ; tries += 1) {
    try {
      await api.apply(object);
      break;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      if (isImmutableJob(object, error)) {
        note(`${nameOf(object)} was made anew, because a Job cannot change`);
        await api.remove(object);
        await gone(object, args);
        continue;
      }
      const webhook = unreachableWebhook(error);
      if (webhook === undefined || Date.now() >= deadline) {
        throw new Failure(
          `The API server refuses ${nameOf(object)}.`,
          `${error.status} ${error.reason}: ${error.message}`,
        );
      }
      if (tries === 1) {
        progress(`${nameOf(object)}: waiting for the webhook ${webhook}`);
      }
      await new Promise((resolve) => setTimeout(resolve, every * 1000));
    }
  }
  if (tries > 1) {
    note(`${nameOf(object)} was accepted at try ${tries}`);
  }
}

/** The webhook that did not answer; a webhook that did, and said no, is none of them. */
function unreachableWebhook({ status, message }: ApiError): string | undefined {
  return status === 500 ? /failed calling webhook "([^"]+)"/.exec(message)?.[1] : undefined;
}

/** docs/7-gitops.md: the template of a Job cannot be changed in place. */
function isImmutableJob({ kind }: KubernetesObject, { status, message }: ApiError): boolean {
  return kind === "Job" && status === 422 && message.includes("field is immutable");
}

async function gone(object: KubernetesObject, { api, patience, every }: ApplyArgs): Promise<void> {
  const path = await api.pathOf(object);
  await until(`deleting ${nameOf(object)}`, { atMost: patience, every }, async () =>
    (await api.find(path)) === undefined ? [] : [`${nameOf(object)} is still there`],
  );
}

/** Waits until the API server serves every definition; objects of theirs are refused before. */
export async function definitionsEstablished(
  objects: readonly KubernetesObject[],
  api: Pick<Api, "list">,
  atMost: number,
): Promise<void> {
  const names = new Set(
    objects.filter(({ kind }) => kind === "CustomResourceDefinition").map(({ metadata }) => metadata.name),
  );
  await until("defining the custom resources", { atMost }, async () => {
    const definitions = await api.list("/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
    const served = new Set(
      definitions
        .filter((definition) => conditionOf(definition, "Established")?.status === "True")
        .map(({ metadata }) => metadata.name),
    );
    const refused = definitions.flatMap((definition) => {
      const names = conditionOf(definition, "NamesAccepted");
      return names?.status === "False" ? [`${definition.metadata.name}: ${names.message ?? ""}`] : [];
    });
    return [...names].filter((name) => !served.has(name)).concat(refused);
  });
}
