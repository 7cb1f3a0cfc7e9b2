/** The way to a value inside an object. */
export type Path = readonly (string | number)[];

/** A path as people search for it: `spec.rules[0].host`, `metadata.annotations["cert-manager.io/x"]`. */
export function showPath(path: Path): string {
  return path
    .map((step, index) =>
      typeof step === "number"
        ? `[${step}]`
        : /^[A-Za-z_][\w-]*$/.test(step)
          ? `${index === 0 ? "" : "."}${step}`
          : `[${JSON.stringify(step)}]`,
    )
    .join("");
}
