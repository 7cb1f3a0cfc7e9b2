import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { layer } from "../../../bed/images/layer";
import { libraries, librariesOf } from "../../../bed/images/libraries";
import { nodeImages, type Recipe, recipes } from "../../../bed/images/recipes";
import { writeImages } from "../../../bed/images/writeImages";
import { type Programs } from "../../../bed/programs/provide";
import { BadInput } from "../../../cli/exit";
import { lock } from "../../../stacks/lock";
import { Folder } from "../programs/folder";
import { readTar } from "./readTar";

interface Descriptor {
  digest: string;
  size: number;
}

interface Read {
  names: string[];
  config: { User?: string; Env: string[]; Entrypoint?: string[]; WorkingDir: string };
  layers: Buffer[];
}

/** Reads an archive as containerd does: every blob by its digest, every digest and size checked. */
function readImage(path: string): Read {
  const files = new Map(readTar(readFileSync(path)).map((entry) => [entry.path, entry.content]));
  const json = (content: Buffer | undefined): unknown => JSON.parse((content ?? Buffer.from("")).toString());
  assert.deepEqual(json(files.get("oci-layout")), { imageLayoutVersion: "1.0.0" });
  const blob = ({ digest, size }: Descriptor) => {
    const content = files.get(`blobs/${digest.replace(":", "/")}`) ?? Buffer.alloc(0);
    assert.equal(`sha256:${createHash("sha256").update(content).digest("hex")}`, digest);
    assert.equal(content.length, size);
    return content;
  };
  const index = json(files.get("index.json")) as {
    manifests: (Descriptor & { annotations: Record<string, string> })[];
  };
  const manifest = json(blob(index.manifests[0]!)) as { config: Descriptor; layers: Descriptor[] };
  const { config, rootfs } = json(blob(manifest.config)) as { config: Read["config"]; rootfs: { diff_ids: string[] } };
  assert.deepEqual(
    rootfs.diff_ids,
    manifest.layers.map(({ digest }) => digest),
  );
  return {
    names: index.manifests.map(({ annotations }) => annotations["io.containerd.image.name"] ?? ""),
    config,
    layers: manifest.layers.map(blob),
  };
}

describe("the bed's images", function () {
  let folder: Folder;
  let programs: Programs;
  before(function () {
    // Libraries are found with ldd.
    if (process.platform !== "linux") {
      this.skip();
    }
  });
  const options = () => ({ directory: join(folder.path, "images") });
  const recipe: Recipe = {
    references: ["example.com/gate:v1", "example.com/gate:v1-distroless"],
    programs: { gate: "/usr/local/bin/gate" },
    files: { "gate/web": "/srv/web" },
    entrypoint: ["/usr/local/bin/gate"],
    user: "1337:1337",
    env: { MODE: "strict" },
  };

  beforeEach(() => {
    folder = new Folder();
    // A program that the system has, so that it has libraries.
    const gate = folder.file("gate", readFileSync("/bin/true"), 0o755);
    folder.file("web/static/main.css", "body {}", 0o444);
    programs = {
      has: (name) => name === "gate",
      path: (name) => (name === "gate" ? gate : assert.fail(name)),
      file: () => join(folder.path, "web"),
      version: () => "v1.0.0",
      missing: [],
    };
  });
  afterEach(() => folder.remove());

  const write = (list = [recipe]) => writeImages(programs, () => undefined, { ...options(), list });

  it("carry the program with its libraries, its files and the way it is run", async () => {
    const { archives } = await write();
    assert.deepEqual(
      archives.map(({ reference }) => reference),
      recipe.references,
    );
    const image = readImage(archives[0]!.path);
    assert.deepEqual(image.names, recipe.references);
    assert.equal(image.config.User, "1337:1337");
    assert.deepEqual(image.config.Entrypoint, ["/usr/local/bin/gate"]);
    assert.ok(image.config.Env.includes("MODE=strict") && image.config.Env.some((line) => line.startsWith("PATH=")));
    const entries = new Map(image.layers.flatMap((content) => readTar(content)).map((entry) => [entry.path, entry]));
    assert.equal(entries.get("usr/local/bin/gate")?.mode, 0o755);
    assert.equal(entries.get("srv/web/static/main.css")?.content.toString(), "body {}");
    assert.equal(entries.get("tmp/")?.mode, 0o1777);
    assert.match(entries.get("etc/passwd")?.content.toString() ?? "", /^istio-proxy:x:1337:1337:/m);
    assert.ok(
      [...entries.keys()].some((path) => path.includes("libc.so")),
      "the program's libc",
    );
    assert.ok(
      [...entries.keys()].some((path) => path.includes("ld-linux")),
      "the program's loader",
    );
  });

  it("are the same every time, and written once", async () => {
    const first = (await write()).archives[0]!.path;
    const content = readFileSync(first);
    assert.equal((await write()).archives[0]?.path, first);
    const elsewhere = await writeImages(programs, () => undefined, {
      directory: join(folder.path, "two"),
      list: [recipe],
    });
    assert.deepEqual(readFileSync(elsewhere.archives[0]!.path), content);
  });

  it("are other images when a program, a file or a setting is another", async () => {
    const paths = new Set([(await write()).archives[0]?.path]);
    paths.add((await write([{ ...recipe, env: { MODE: "lax" } }])).archives[0]?.path);
    folder.file("web/static/main.css", "body { color: red }");
    paths.add((await write()).archives[0]?.path);
    folder.file("gate", readFileSync("/bin/false"), 0o755);
    paths.add((await write()).archives[0]?.path);
    assert.equal(paths.size, 4);
    assert.equal(readdirSync(options().directory).length, 4);
  });

  it("are left out, every name of them, where a program is missing", async () => {
    const { archives, leftOut } = await write([{ ...recipe, programs: { gate: "/gate", pulumi: "/pulumi" } }]);
    assert.deepEqual(archives, []);
    assert.deepEqual(
      leftOut,
      recipe.references.map((reference) => ({ reference, why: "without pulumi" })),
    );
  });

  it("are nothing that is left out where pods ask for them now and then only", async () => {
    const solver = { ...recipe, programs: { solver: "/solver" }, onDemand: true };
    assert.deepEqual(await write([solver]), { archives: [], leftOut: [] });
  });

  it("say when a program that was found is another version than their name says", async () => {
    const said: string[] = [];
    const found: Programs = { ...programs, has: () => true, path: () => join(folder.path, "gate") };
    const proxy = (tag: string) => ({
      ...recipe,
      references: [`example.com/p:${tag}`],
      programs: { "oauth2-proxy": "/p" },
    });
    await writeImages(found, (line) => said.push(line), { ...options(), list: [proxy("v1.0.0"), proxy("v2.0.0")] });
    assert.deepEqual(
      said.filter((line) => line.includes("holds")),
      ["images: example.com/p:v2.0.0 holds oauth2-proxy v1.0.0, the one that was found"],
    );
  });

  it("are not made of a script, whose interpreter would be missing", async () => {
    folder.script("gate", "exec envoy");
    await assert.rejects(write(), BadInput);
  });

  it("cover everything that the lock of charts and images names", () => {
    const references = recipes(() => "v1.0.0").flatMap((each) => each.references);
    for (const image of Object.values(lock.images)) {
      assert.ok(references.includes(image), image);
    }
    assert.equal(new Set(references).size, references.length);
    for (const image of Object.values(nodeImages(() => "v1.0.0"))) {
      assert.ok(references.includes(image), image);
    }
  });

  it("tell Kubernetes by number that they are not root, where the platform asks for that", () => {
    const platform = recipes(() => "v1.0.0").filter(
      ({ references }) => !/registry.k8s.io|install-cni/.test(references[0] ?? ""),
    );
    assert.ok(platform.length > 0);
    for (const { references, user } of platform) {
      assert.match(user ?? "", /^[1-9]\d*:[1-9]\d*$/, references[0]);
    }
  });
});

describe("a layer", () => {
  it("has each path once, folders before what is in them, whatever the order it was given in", () => {
    const files = { "/b/c": { text: "1" }, "/a": { text: "2", mode: 0o755 }, "/b/a/x": { link: "/a" } };
    const reversed = Object.fromEntries(Object.entries(files).reverse());
    const paths = readTar(Buffer.concat(layer(files))).map(({ path }) => path);
    assert.deepEqual(paths, ["a", "b/", "b/a/", "b/a/x", "b/c"]);
    assert.deepEqual(Buffer.concat(layer(files)), Buffer.concat(layer(reversed)));
  });
});

describe("a program's libraries", () => {
  before(function () {
    if (process.platform !== "linux") {
      this.skip();
    }
  });

  it("are those that ldd prints, with the loader", async () => {
    const found = Object.keys(await librariesOf("/bin/true"));
    assert.ok(found.some((path) => /\/libc\.so\.6$/.test(path)));
    assert.ok(found.every((path) => path.startsWith("/")));
  });

  it("must all be there", () => {
    assert.throws(() => libraries("/envoy", "\tlibssl.so.3 => not found\n"), /does not run on this machine/);
  });
});
