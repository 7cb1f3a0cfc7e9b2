import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve, sep } from "node:path";
import fc from "fast-check";
import { type GeneratedValue } from "../../cli/manifests/generated";
import { checkOutputFolder, readOutput, writeOutput } from "../../cli/manifests/folder";
import { readMarker } from "../../cli/manifests/marker";
import { type ObjectId } from "../../cli/manifests/objectId";
import { filesIn, preview, reportOf, temporaryFolder } from "./gatehouse";

const object = (id: ObjectId, more: Record<string, string> = {}) => ({
  id,
  value: {
    apiVersion: id.apiVersion,
    kind: id.kind,
    metadata: { name: id.name, ...(id.namespace === undefined ? {} : { namespace: id.namespace }) },
    ...more,
  },
});

/** What the first version of the format wrote: `<namespace>/<file>` and one kustomization. */
function writeEarlierLayout(directory: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries({ ...files, "kustomization.yaml": "", "generated.json": "[]" })) {
    mkdirSync(dirname(`${directory}/${name}`), { recursive: true });
    writeFileSync(`${directory}/${name}`, content);
  }
  const marker = {
    format: "gatehouse.out/v1",
    project: "p",
    stack: "test",
    files: [...Object.keys(files), "kustomization.yaml", "generated.json"],
  };
  writeFileSync(`${directory}/.gatehouse.json`, JSON.stringify(marker));
}

const service = (namespace: string) => object({ apiVersion: "v1", kind: "Service", namespace, name: "a" });

describe("the folder that --out writes", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  const directory = folder.path("out");
  const write = (objects: ReturnType<typeof object>[], stack = "test") =>
    writeOutput({ directory, project: "p", stack, objects, generated: [] });

  it("holds every object in a file by stage, namespace, kind and name, those of the cluster apart", async () => {
    const run = await preview("clean", ["--out", folder.path("clean")]);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /Written to .*clean: 9 files, 3 values left out \(generated\.json\)/);
    const files = filesIn(folder.path("clean"));
    assert.deepEqual(
      [...files.keys()],
      [
        ".gatehouse.json",
        "1-definitions/cluster/namespace-shop.yaml",
        "1-definitions/kustomization.yaml",
        "2-foundations/cluster/clusterrole-shop-reader.yaml",
        "2-foundations/kustomization.yaml",
        "4-gate/kustomization.yaml",
        "4-gate/shop/deployment-shop.yaml",
        "4-gate/shop/secret-shop.yaml",
        "generated.json",
        "kustomization.yaml",
      ],
    );
    assert.equal(
      files.get("2-foundations/cluster/clusterrole-shop-reader.yaml"),
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: shop:reader\nrules: []\n",
    );
  });

  it("lists what only a real run makes, with the resource that makes it", () => {
    const generated = JSON.parse(filesIn(folder.path("clean")).get("generated.json") ?? "") as GeneratedValue[];
    const password =
      "urn:pulumi:test::clean::fixture:index:Shop$random:index/randomPassword:RandomPassword::shop-password";
    assert.deepEqual(generated, [
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        namespace: "shop",
        name: "shop",
        path: "spec.template.spec.containers[0].env[0].value",
        why: "unknown",
        from: [password],
      },
      ...["password", "user"].map((key) => ({
        apiVersion: "v1",
        kind: "Secret",
        namespace: "shop",
        name: "shop",
        path: `stringData.${key}`,
        why: key === "user" ? "secret" : "unknown",
        from: key === "user" ? [] : [password],
      })),
    ]);
  });

  it("loses the files of an earlier output that are stale, and keeps files of others", () => {
    write([service("old"), object({ apiVersion: "v1", kind: "Namespace", name: "old" })]);
    writeFileSync(`${directory}/README.md`, "mine");
    writeFileSync(`${directory}/1-definitions/README.md`, "mine");
    write([service("new")]);
    assert.deepEqual(
      [...filesIn(directory).keys()],
      [
        ".gatehouse.json",
        "1-definitions/README.md",
        "4-gate/kustomization.yaml",
        "4-gate/new/service-a.yaml",
        "README.md",
        "generated.json",
        "kustomization.yaml",
      ],
    );
    assert.equal(existsSync(`${directory}/4-gate/old`), false);
    assert.equal(existsSync(`${directory}/1-definitions/cluster`), false);
    rmSync(`${directory}/1-definitions`, { recursive: true });
  });

  it("loses every file and folder of an output that had no stages", () => {
    const earlier = folder.path("earlier");
    writeEarlierLayout(earlier, { "auth/service-a.yaml": "", "cluster/namespace-auth.yaml": "" });
    writeOutput({ directory: earlier, project: "p", stack: "test", objects: [service("auth")], generated: [] });
    assert.deepEqual(
      [...filesIn(earlier).keys()],
      [
        ".gatehouse.json",
        "4-gate/auth/service-a.yaml",
        "4-gate/kustomization.yaml",
        "generated.json",
        "kustomization.yaml",
      ],
    );
    assert.ok(!existsSync(`${earlier}/auth`) && !existsSync(`${earlier}/cluster`));
  });

  it("is the same, byte for byte, when nothing changed", () => {
    const objects = [service("new")];
    write(objects);
    const before = filesIn(directory);
    write(objects);
    assert.deepEqual(filesIn(directory), before);
  });

  it("is refused when it is a file, holds something else, or holds another stack", () => {
    writeFileSync(folder.path("file"), "");
    assert.throws(() => checkOutputFolder(folder.path("file"), "p", "test"), /cannot be used/);
    mkdirSync(folder.path("full"));
    writeFileSync(folder.path("full", "a"), "");
    assert.throws(() => checkOutputFolder(folder.path("full"), "p", "test"), /cannot be used/);
    assert.throws(() => write([], "prod"), /cannot be used/);
    checkOutputFolder(folder.path("not", "there"), "p", "test");
  });

  it("is refused when its marker names files outside of it", () => {
    const evil = folder.path("evil");
    mkdirSync(evil);
    writeFileSync(folder.path("victim.yaml"), "a: 1");
    const marker = { format: "gatehouse.out/v1", project: "p", stack: "test", files: ["../victim.yaml"] };
    writeFileSync(`${evil}/.gatehouse.json`, JSON.stringify(marker));
    assert.throws(() => checkOutputFolder(evil, "p", "test"), /cannot be used/);
    assert.equal(existsSync(folder.path("victim.yaml")), true);
  });

  it("has no files but those below it and at most two folders deep, whatever its marker says", () => {
    const odd = folder.path("odd");
    mkdirSync(odd);
    const step = fc.oneof(
      fc.constantFrom("..", ".", "", "a", "-", "a..", "..a", "~", "C:", "a\\..\\b", "a\0b", "a\n", "1-gate", "%2e%2e"),
      fc.string(),
    );
    const good = fc.constantFrom("a", "1-gate", "b.yaml");
    const path = fc
      .oneof(fc.array(step, { maxLength: 5 }), fc.array(good, { maxLength: 5 }))
      .map((steps) => steps.join("/"));
    let believed = 0;
    fc.assert(
      fc.property(fc.array(path, { maxLength: 2 }), (files) => {
        const marker = { format: "gatehouse.out/v1", project: "p", stack: "test", files };
        writeFileSync(`${odd}/.gatehouse.json`, JSON.stringify(marker));
        const read = readMarker(odd)?.files ?? [];
        believed += read.length;
        for (const name of read) {
          assert.equal(resolve(odd, name), `${odd}${sep}${name.replaceAll("/", sep)}`);
          assert.ok(name.split("/").length <= 3);
        }
      }),
      { numRuns: 500 },
    );
    assert.ok(believed > 0);
  });

  const linked = [
    { what: "a stage", name: "4-gate" },
    { what: "a namespace", name: "4-gate/auth" },
    { what: "a file", name: "4-gate/auth/service-a.yaml" },
    { what: "a kustomization", name: "4-gate/kustomization.yaml" },
    { what: "the marker", name: ".gatehouse.json" },
  ];
  for (const { what, name } of linked) {
    it(`is refused, before anything is written, when ${what} is a link that leads elsewhere`, () => {
      const out = folder.path(`linked-${basename(name)}`);
      const output = { directory: out, project: "p", stack: "test", generated: [] };
      writeOutput({ ...output, objects: [service("auth"), service("other")] });
      const elsewhere = folder.path(`elsewhere-${basename(name)}`);
      renameSync(`${out}/${name}`, elsewhere);
      symlinkSync(elsewhere, `${out}/${name}`);
      const contents = () =>
        [...filesIn(out)].concat(
          existsSync(`${elsewhere}/.`) ? [...filesIn(elsewhere)] : [["", readFileSync(elsewhere, "utf8")]],
        );
      const before = contents();
      // Written, removed because it is stale, or read.
      assert.throws(() => writeOutput({ ...output, objects: [service("auth")] }), /cannot be used/);
      assert.throws(() => writeOutput({ ...output, objects: [] }), /cannot be used/);
      assert.throws(() => readOutput(out), /cannot be read/);
      assert.deepEqual(contents(), before);
    });
  }
});

describe("a comparison with --against", () => {
  const folder = temporaryFolder();
  after(folder.remove);

  it("finds nothing against its own output, and each addition, removal and change against another", async () => {
    const out = folder.path("out");
    assert.equal((await preview("clean", ["--out", out])).code, 0);
    const same = reportOf(await preview("clean", ["--against", out, "--json"]));
    assert.deepEqual(same.changes, { against: out, added: [], removed: [], changed: [], unchanged: 4 });

    const earlier = `${out}/4-gate/shop/deployment-shop.yaml`;
    writeFileSync(earlier, readFileSync(earlier, "utf8").replace("shop:1.0", "shop:0.9"));
    rmSync(`${out}/1-definitions/cluster/namespace-shop.yaml`);
    const secret = `${out}/4-gate/shop/secret-shop.yaml`;
    writeFileSync(secret, readFileSync(secret, "utf8").replace("name: shop", "name: gone"));
    const run = await preview("clean", ["--against", out]);
    assert.equal(run.code, 0, run.stderr);
    const section = run.stdout.slice(run.stdout.indexOf("Changes"), run.stdout.indexOf("Policies")).trim();
    assert.deepEqual(section.split("\n"), [
      `Changes against ${out}: 2 added, 1 removed, 1 changed, 1 unchanged`,
      "  + Namespace shop",
      "  + Secret shop/shop",
      "  - Secret shop/gone",
      "  ~ Deployment shop/shop  spec.template.spec.containers[0].image",
    ]);
  });

  it("reads an output that had no stages", () => {
    const out = folder.path("earlier");
    writeEarlierLayout(out, {
      "auth/service-a.yaml": "apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: auth }\n",
      "cluster/namespace-auth.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: { name: auth }\n",
    });
    assert.deepEqual(
      readOutput(out).objects.map(({ id }) => id),
      [
        { apiVersion: "v1", kind: "Service", namespace: "auth", name: "a" },
        { apiVersion: "v1", kind: "Namespace", name: "auth" },
      ],
    );
  });

  it("finds the objects of an output, and takes no kustomization for one", () => {
    const out = folder.path("staged");
    const objects = [
      service("auth"),
      service("istio-system"),
      object({ apiVersion: "v1", kind: "Namespace", name: "auth" }),
    ];
    writeOutput({ directory: out, project: "p", stack: "test", objects, generated: [] });
    const key = ({ id }: { id: ObjectId }) => `${id.kind} ${id.namespace ?? ""}`;
    assert.deepEqual(readOutput(out).objects.map(key).sort(), objects.map(key).sort());
  });

  it("names a file of the earlier output that it cannot read, without quoting it", () => {
    const out = folder.path("broken");
    writeOutput({
      directory: out,
      project: "p",
      stack: "test",
      objects: [object({ apiVersion: "v1", kind: "Secret", namespace: "a", name: "a" })],
      generated: [],
    });
    writeFileSync(`${out}/4-gate/a/secret-a.yaml`, "password: [hunter2");
    assert.throws(
      () => readOutput(out),
      (error: Error) =>
        error.message === "An earlier output cannot be read." && !JSON.stringify(error).includes("hunter2"),
    );
  });
});
