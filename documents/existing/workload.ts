/** What a Deployment says about the program that it runs. */
import { at, listOf, textOf } from "./difference";

export interface Container {
  image: string | undefined;
  args: readonly string[];
  /** Variables with a value of their own; the last of a name counts, as for Kubernetes. */
  env: ReadonlyMap<string, string | undefined>;
  /** Whether variables come from elsewhere too, which nobody can see here. */
  envFrom: boolean;
  mounts: readonly { name: string | undefined; path: string; subPath: unknown }[];
}

export function containerOf(deployment: unknown, name: string): Container | undefined {
  const found = listOf(at(deployment, "spec", "template", "spec", "containers")).find(
    (container) => at(container, "name") === name,
  );
  if (found === undefined) {
    return undefined;
  }
  const texts = (list: unknown) => listOf(list).map((text) => textOf(text) ?? "");
  return {
    image: textOf(at(found, "image")),
    args: [...texts(at(found, "command")), ...texts(at(found, "args"))],
    env: new Map(
      listOf(at(found, "env")).map((variable) => [
        textOf(at(variable, "name")) ?? "",
        at(variable, "valueFrom") === undefined || at(variable, "valueFrom") === null
          ? (textOf(at(variable, "value")) ?? "")
          : undefined,
      ]),
    ),
    envFrom: listOf(at(found, "envFrom")).length > 0,
    mounts: listOf(at(found, "volumeMounts")).map((mount) => ({
      name: textOf(at(mount, "name")),
      path: (textOf(at(mount, "mountPath")) ?? "").replace(/(?<=.)\/+$/, ""),
      subPath: at(mount, "subPath") ?? at(mount, "subPathExpr"),
    })),
  };
}

/** The values of a flag, as pflag reads them: `--name=value` and `--name value`; the last one counts. */
export function flag(args: readonly string[], name: string): string | undefined {
  return args.reduce<string | undefined>(
    (last, arg, index) =>
      arg.startsWith(`--${name}=`) ? arg.slice(name.length + 3) : arg === `--${name}` ? args[index + 1] : last,
    undefined,
  );
}

type Version = readonly [major: number, minor: number, patch: number];

/** The version in an image's tag, or in the label that charts write beside it where the tag is none. */
export function versionOf(deployment: unknown, image: string | undefined): string | undefined {
  const [, tag = ""] = /:([^:/@]+)(?:@.*)?$/.exec(image ?? "") ?? [];
  const label = textOf(at(deployment, "spec", "template", "metadata", "labels", "app.kubernetes.io/version"));
  return [tag, label ?? ""].find((text) => parsed(text) !== undefined);
}

export function parsed(version: string): Version | undefined {
  const [, major, minor, patch] = /^v?(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?![\d.])/.exec(version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** Whether every pod is of the Deployment's newest template, and one of them is ready. */
export function isRolledOut({ generation, status }: { generation: unknown; status: unknown }): boolean {
  const count = (key: string) => Number(at(status, key) ?? 0);
  return (
    count("observedGeneration") >= Number(generation) &&
    count("updatedReplicas") > 0 &&
    count("updatedReplicas") === count("replicas") &&
    count("readyReplicas") > 0
  );
}
