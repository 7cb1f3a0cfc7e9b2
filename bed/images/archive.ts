import { createHash } from "node:crypto";
import { tar, type TarEntry } from "./tar";

/** What an image says about how it is run. */
export interface ImageConfig {
  entrypoint?: readonly string[];
  command?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** `user:group` by number, so that Kubernetes can tell that it is not root. */
  user?: string;
  workingDirectory?: string;
}

export interface Archive {
  /** The digest of the image's manifest: the same content has the same one. */
  digest: string;
  /** The archive itself: an OCI image layout in a tar, as `ctr images import`, `docker load` and kind take it. */
  chunks: Buffer[];
}

const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  // Not compressed: it is written once, read once, and never leaves the machine.
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** Puts an image together from its layers, each as the chunks of a tar archive. */
export function archive(
  references: readonly string[],
  layers: readonly (readonly Buffer[])[],
  config: ImageConfig,
): Archive {
  const blobs = new Map<string, Buffer>();
  const store = (mediaType: string, chunks: readonly Buffer[]): Descriptor => {
    const hash = createHash("sha256");
    chunks.forEach((chunk) => hash.update(chunk));
    const hex = hash.digest("hex");
    const size = chunks.reduce((total, { length }) => total + length, 0);
    blobs.set(hex, chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    return { mediaType, digest: `sha256:${hex}`, size };
  };
  const storeJson = (mediaType: string, content: unknown) => store(mediaType, [Buffer.from(JSON.stringify(content))]);

  const layerBlobs = layers.map((chunks) => store(types.layer, chunks));
  const manifest = storeJson(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: storeJson(types.config, configOf(config, layerBlobs)),
    layers: layerBlobs,
  });
  const index = {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: references.map((reference) => ({
      ...manifest,
      platform: { architecture: "amd64", os: "linux" },
      annotations: {
        "io.containerd.image.name": reference,
        "org.opencontainers.image.ref.name": reference.slice(reference.lastIndexOf(":") + 1),
      },
    })),
  };
  const files: TarEntry[] = [
    { kind: "folder", path: "blobs", mode: 0o755 },
    { kind: "folder", path: "blobs/sha256", mode: 0o755 },
    ...[...blobs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([hex, content]) => file(`blobs/sha256/${hex}`, content)),
    file("index.json", Buffer.from(JSON.stringify(index))),
    file("oci-layout", Buffer.from(JSON.stringify({ imageLayoutVersion: "1.0.0" }))),
  ];
  return { digest: manifest.digest, chunks: tar(files) };
}

function configOf(
  { entrypoint, command, env = {}, user, workingDirectory = "/" }: ImageConfig,
  layers: readonly Descriptor[],
): unknown {
  const path = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
  return {
    created: "1970-01-01T00:00:00Z",
    architecture: "amd64",
    os: "linux",
    config: {
      ...(user === undefined ? {} : { User: user }),
      Env: Object.entries({ ...path, ...env }).map(([name, value]) => `${name}=${value}`),
      ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
      ...(command === undefined ? {} : { Cmd: command }),
      WorkingDir: workingDirectory,
    },
    // Layers are not compressed, so their digests are those of their content.
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  };
}

function file(path: string, content: Buffer): TarEntry {
  return { kind: "file", path, mode: 0o644, content };
}
