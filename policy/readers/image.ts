/** An image's reference, taken apart as container runtimes do. */
export interface Image {
  readonly text: string;
  /** Everything before the tag and the digest, without the registry. */
  readonly repository: string;
  /** The repository's parts; a mirror keeps the last ones. */
  readonly path: readonly string[];
  /** The last part of the repository. */
  readonly name: string;
  readonly registry: string | undefined;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Reads `[registry[:port]/]repository[:tag][@digest]` (distribution's reference grammar). */
export function readImage(text: string): Image {
  const [named = "", ...digests] = text.trim().split("@");
  // A colon ahead of a slash is a registry's port.
  const [, place = "", tag] = /^(.*?)(?::([^:/]*))?$/s.exec(named) ?? [];
  const parts = place.split("/");
  const [first = ""] = parts;
  const hasRegistry = parts.length > 1 && (/[.:]/.test(first) || first === "localhost");
  const path = hasRegistry ? parts.slice(1) : parts;
  return {
    text,
    repository: path.join("/"),
    path,
    name: path.at(-1) ?? "",
    registry: hasRegistry ? first : undefined,
    tag: tag === "" ? undefined : tag,
    digest: digests.length > 0 ? digests.join("@") : undefined,
  };
}
