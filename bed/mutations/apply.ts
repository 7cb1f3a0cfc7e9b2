import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { layout } from "../node/layout";
import { everyMutation } from "./everyMutation";
import { type Change, type LiveObject, type Mutation } from "./mutation";
import { podsOf, reachesPods } from "./pods";

/** Breaks one rule in the cluster; what the objects were before is kept until it is undone. */
export async function applyMutation(name: string): Promise<void> {
  const mutation = named(name);
  const api = client();
  const found = await Promise.all(
    [mutation, ...(mutation.also ?? [])].map(async ({ object, change }) => {
      const before = strip(await api.read<LiveObject>(header(object)));
      return { object, before, after: change(before) };
    }),
  );
  mkdirSync(dirname(kept(name)), { recursive: true, mode: 0o700 });
  writeFileSync(kept(name), JSON.stringify(found.map(({ before }) => before)), { mode: 0o600 });
  for (const { object, after } of found) {
    if (after === undefined) {
      await api.delete(header(object));
    } else {
      await replace(api, after);
    }
  }
  await reachesPods(api, podsOf(mutation), name);
}

/** Puts every object back as it was. */
export async function undoMutation(name: string): Promise<void> {
  if (!existsSync(kept(name))) {
    return;
  }
  const before = JSON.parse(readFileSync(kept(name), "utf8")) as LiveObject[];
  const api = client();
  for (const object of before) {
    await replace(api, object);
  }
  await reachesPods(api, podsOf(named(name)), undefined);
  rmSync(kept(name));
}

async function replace(api: KubernetesObjectApi, object: LiveObject): Promise<void> {
  const existing = await api.read(header({ ...object, ...object.metadata })).catch(() => undefined);
  const body = object as unknown as KubernetesObject;
  if (existing === undefined) {
    await api.create(body);
  } else {
    const { resourceVersion } = existing.metadata ?? {};
    await api.replace({ ...body, metadata: { ...body.metadata, resourceVersion } });
  }
}

function client(): KubernetesObjectApi {
  const config = new KubeConfig();
  config.loadFromFile(layout().kubeconfig);
  return KubernetesObjectApi.makeApiClient(config);
}

function header({
  apiVersion,
  kind,
  namespace = "",
  name,
}: Omit<Change["object"], "namespace"> & { namespace?: string }) {
  return { apiVersion, kind, metadata: { name, namespace } };
}

/** Without what the API server adds, so that the object can be made anew. */
function strip(object: LiveObject): LiveObject {
  const { name, namespace, labels, annotations } = object.metadata as Record<string, unknown>;
  const metadata = { name, namespace, labels, annotations } as LiveObject["metadata"];
  const { apiVersion, kind, spec, data } = object;
  return {
    apiVersion,
    kind,
    metadata,
    ...(spec === undefined ? {} : { spec }),
    ...(data === undefined ? {} : { data }),
  };
}

function named(name: string): Mutation {
  const mutation = everyMutation.find((each) => each.name === name);
  if (mutation === undefined) {
    throw new Error(`${name} is not a mutation; there are ${everyMutation.map((each) => each.name).join(", ")}`);
  }
  return mutation;
}

function kept(name: string): string {
  return join(layout().mutations, `${name}.json`);
}
