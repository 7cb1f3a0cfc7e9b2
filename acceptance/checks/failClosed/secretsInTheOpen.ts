import { type Check, type CheckContext } from "../../check";
import { type Api, clusterApi, find } from "../../cluster/api";
import { findClusterKeys } from "../../cluster/clusterKeys";
import { namespacesOfOthers, platformNamespaces } from "../../cluster/networkTargets";
import { type List, type Metadata, type Secret } from "../../cluster/objects";

/** What of a pod says which Secrets it takes; all of it is searched for what is in them. */
interface PodWithSecrets {
  metadata: Metadata;
  spec?: {
    containers?: Container[];
    initContainers?: Container[];
    volumes?: {
      secret?: { secretName?: string; items?: { key: string }[] };
      projected?: { sources?: { secret?: { name?: string; items?: { key: string }[] } }[] };
    }[];
  };
}

interface Container {
  env?: { valueFrom?: { secretKeyRef?: { name?: string; key: string } } }[];
  envFrom?: { secretRef?: { name?: string } }[];
}

interface ConfigMap {
  metadata: Metadata;
  data?: Record<string, string>;
}

/** Shorter than this a value stands in many a text by chance; the platform's own have 24 characters and more. */
const shortest = 8;

export function secretsInTheOpen(connect: (target: CheckContext["target"]) => Api = clusterApi): Check {
  return {
    area: "fail-closed",
    name: "secrets-in-the-open",
    proves:
      "What the platform's pods take from Secrets (passwords of a directory or a database, client secrets, keys) stands in no ConfigMap of theirs and in no pod's arguments, variables or annotations, plain or in Base64.",
    mend: "Give the secret as a Pulumi secret or by a Secret's name and key, and never in another setting; then change it, because whoever may read ConfigMaps or pods has it.",
    exercises: ["API server"],
    needs: ["cluster", "disturb"],
    timeout: 120,
    run: async (context) => {
      const { target, probe, signal } = context;
      const api = connect(target);
      const others = await namespacesOfOthers(api, signal);
      const clusterKeys = await findClusterKeys(api, signal);
      for (const namespace of platformNamespaces({ echo: target.echo !== undefined, clusterKeys, others })) {
        const path = `/api/v1/namespaces/${namespace}`;
        const { items: pods } = await api.get<List<PodWithSecrets>>(`${path}/pods`, signal);
        const { items: configMaps } = await api.get<List<ConfigMap>>(`${path}/configmaps`, signal);
        const places = [
          ...configMaps.map(({ metadata, data }) => ({
            place: `the ConfigMap ${metadata.name}`,
            texts: textsIn([data, metadata.annotations]),
          })),
          ...pods.map(({ metadata, spec }) => ({
            place: `the pod ${metadata.name}`,
            texts: textsIn([spec, metadata.annotations]),
          })),
        ];
        for (const [name, keys] of takenBy(pods)) {
          const secret = await find<Secret>(api, `${path}/secrets/${name}`, signal);
          for (const [key, value] of secretValues(secret, keys)) {
            const shown = places.filter(({ texts }) => texts.some((text) => shows(text, value)));
            const of = `${key} of the Secret ${namespace}/${name}`;
            probe.expect(
              shown.length === 0,
              `${of} stands in none of ${places.length} ConfigMaps and pods`,
              `${of} should stand nowhere else; it stands in ${shown.map(({ place }) => place).join(", ")}`,
            );
          }
        }
      }
    },
  };
}

/** The Secrets that pods take, by name, each with the keys of it, or with all where none are named. */
function takenBy(pods: readonly PodWithSecrets[]): Map<string, Set<string> | "all"> {
  const taken = new Map<string, Set<string> | "all">();
  const take = (name: string | undefined, keys: readonly string[] | undefined) => {
    const known = taken.get(name ?? "");
    if (name === undefined || known === "all") {
      return;
    }
    taken.set(name, keys === undefined ? "all" : new Set([...(known ?? []), ...keys]));
  };
  for (const { spec = {} } of pods) {
    for (const { env = [], envFrom = [] } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
      for (const { valueFrom } of env) {
        take(valueFrom?.secretKeyRef?.name, [valueFrom?.secretKeyRef?.key ?? ""]);
      }
      envFrom.forEach(({ secretRef }) => take(secretRef?.name, undefined));
    }
    for (const { secret, projected } of spec.volumes ?? []) {
      take(
        secret?.secretName,
        secret?.items?.map(({ key }) => key),
      );
      for (const source of projected?.sources ?? []) {
        take(
          source.secret?.name,
          source.secret?.items?.map(({ key }) => key),
        );
      }
    }
  }
  return taken;
}

/** The values that nobody else may know: a certificate is for everybody. */
function secretValues(secret: Secret | undefined, keys: Set<string> | "all"): [key: string, value: string][] {
  return Object.entries(secret?.data ?? {}).flatMap(([key, encoded]): [string, string][] => {
    const value = Buffer.from(encoded, "base64").toString().trim();
    const known = value.startsWith("-----BEGIN CERTIFICATE-----") && !value.includes("PRIVATE KEY");
    return known || value.length < shortest || (keys !== "all" && !keys.has(key)) ? [] : [[key, value]];
  });
}

function shows(text: string, value: string): boolean {
  return text.includes(value) || text.includes(Buffer.from(value).toString("base64").replace(/=+$/, ""));
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") {
    return [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
