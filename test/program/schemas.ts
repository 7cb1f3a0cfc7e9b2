import { type Manifest } from "./recording";

/**
 * Checks manifests against the schemas of the API server: Kubernetes' own OpenAPI document and the CRDs of Istio and
 * cert-manager, as `kubernetes-models` and its siblings compile them to validators.
 *
 * Those validators ignore fields that they don't know, as the API server does, which drops such a field and so a whole
 * decision of ours. But they read each field that the schema names, whether it is there or not; so a field that nobody
 * read is one that the schema doesn't have.
 */
export async function schemaProblems(manifest: Manifest): Promise<string[]> {
  const { validate } = await validatorOf(manifest);
  const watched = new Watched();
  const problems: string[] = [];
  try {
    validate.call(watched.watch(translated(manifest), ""));
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return [...problems, ...watched.unread().filter((problem) => !newer.some((place) => place.test(problem)))];
}

/** Objects of which the schema names no field, such as the payload of an EnvoyFilter; the check ends there. */
export async function openPlaces(manifest: Manifest): Promise<string[]> {
  const { validate } = await validatorOf(manifest);
  const watched = new Watched();
  validate.call(watched.watch(translated(manifest), ""));
  return watched.open();
}

interface Validator {
  validate: (this: unknown) => void;
}

const packages: Record<string, string> = {
  "cert-manager.io": "@kubernetes-models/cert-manager",
  "networking.istio.io": "@kubernetes-models/istio",
  "security.istio.io": "@kubernetes-models/istio",
};

async function validatorOf({ apiVersion, kind }: Manifest): Promise<Validator> {
  const [group = ""] = apiVersion.split("/");
  const module = (await import(`${packages[group] ?? "kubernetes-models"}/${apiVersion}/${kind}`)) as Record<
    string,
    { prototype: Validator } | undefined
  >;
  const model = module[kind];
  if (model === undefined) {
    throw new Error(`there is no schema of ${apiVersion} ${kind}`);
  }
  return model.prototype;
}

/** A field of Kubernetes' schema that the packages leave out of their validators, as every name that begins with `x-`. */
const leftOut = "x-kubernetes-preserve-unknown-fields";

/** Fields of the pinned Istio's CRDs that the package does not have yet, by their place, each a text. */
const newer = [/^data\/spec\/http\/\d+\/redirect has no field prefixRewrite;/];

/** Remembers which fields of an object somebody asks for. */
class Watched {
  private readonly seen = new Map<string, { object: object; asked: Set<string> }>();

  watch(value: unknown, path: string): unknown {
    if (typeof value !== "object" || value === null) {
      return value;
    }
    // The branches of an `anyOf` read the same object one after the other.
    const { asked } = this.seen.get(path) ?? { asked: new Set<string>() };
    this.seen.set(path, { object: value, asked });
    return new Proxy(value, {
      get: (target, key) => {
        if (typeof key === "string") {
          asked.add(key);
          return this.watch(Reflect.get(target, key), `${path}/${key}`);
        }
        return Reflect.get(target, key) as unknown;
      },
      has: (target, key) => {
        asked.add(String(key));
        return Reflect.has(target, key);
      },
    });
  }

  unread(): string[] {
    return this.objects()
      .filter(({ asked }) => asked.size > 0)
      .flatMap(({ path, object, asked }) =>
        Object.keys(object)
          .filter((key) => !asked.has(key) && key !== leftOut)
          .map((key) => `data${path} has no field ${key}; there are ${[...asked].sort().join(", ")}`),
      );
  }

  open(): string[] {
    return this.objects()
      .filter(({ object, asked }) => asked.size === 0 && Object.keys(object).length > 0)
      .map(({ path }) => path);
  }

  private objects() {
    return [...this.seen].flatMap(([path, { object, asked }]) =>
      Array.isArray(object) ? [] : [{ path, object, asked }],
    );
  }
}

/** What Pulumi's provider does to a manifest on its way: it spells the extensions of OpenAPI with dashes. */
function translated(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(translated);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.startsWith("x_kubernetes_") ? key.replaceAll("_", "-") : key,
      translated(inner),
    ]),
  );
}
