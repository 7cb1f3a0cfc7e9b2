import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { type GeneratedValue } from "../../cli/manifests/generated";
import { checkOutputFolder, readOutput, writeOutput } from "../../cli/manifests/folder";
import { type ObjectId } from "../../cli/manifests/objectId";
import { filesIn, preview, reportOf, temporaryFolder } from "./gatehouse";

const object = (id: ObjectId, more: Record<string, string> = {}) => ({
  id,
  value: { apiVersion: id.apiVersion, kind: id.kind, metadata: { name: id.name }, ...more },
});

describe("the folder that --out writes", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  const directory = folder.path("out");
  const write = (objects: ReturnType<typeof object>[], stack = "test") =>
    writeOutput({ directory, project: "p", stack, objects, generated: [] });

  it("holds every object in a file by namespace, kind and name, those of the cluster apart", async () => {
    const run = await preview("clean", ["--out", folder.path("clean")]);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /Written to .*clean: 6 files, 3 values left out \(generated\.json\)/);
    const files = filesIn(folder.path("clean"));
    assert.deepEqual(
      [...files.keys()],
      [
        ".gatehouse.json",
        "cluster/clusterrole-shop-reader.yaml",
        "cluster/namespace-shop.yaml",
        "generated.json",
        "kustomization.yaml",
        "shop/deployment-shop.yaml",
        "shop/secret-shop.yaml",
      ],
    );
    assert.equal(
      files.get("cluster/clusterrole-shop-reader.yaml"),
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

  it("says in which order to apply, namespaces and definitions first", () => {
    write([
      object({ apiVersion: "networking.istio.io/v1", kind: "Gateway", namespace: "a", name: "a" }),
      object({ apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration", name: "a" }),
      object({ apiVersion: "apps/v1", kind: "Deployment", namespace: "a", name: "a" }),
      object({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name: "a" }),
      object({ apiVersion: "v1", kind: "ServiceAccount", namespace: "a", name: "a" }),
      object({ apiVersion: "v1", kind: "Namespace", name: "a" }),
    ]);
    const { resources } = parse(readFileSync(`${directory}/kustomization.yaml`, "utf8")) as { resources: string[] };
    assert.deepEqual(resources, [
      "cluster/namespace-a.yaml",
      "cluster/customresourcedefinition-a.yaml",
      "a/serviceaccount-a.yaml",
      "a/deployment-a.yaml",
      "a/gateway-a.yaml",
      "cluster/validatingwebhookconfiguration-a.yaml",
    ]);
  });

  it("loses the files of an earlier output that are stale, and keeps files of others", () => {
    write([object({ apiVersion: "v1", kind: "Service", namespace: "old", name: "a" })]);
    writeFileSync(`${directory}/README.md`, "mine");
    write([object({ apiVersion: "v1", kind: "Service", namespace: "new", name: "a" })]);
    assert.deepEqual(
      [...filesIn(directory).keys()],
      [".gatehouse.json", "README.md", "generated.json", "kustomization.yaml", "new/service-a.yaml"],
    );
    assert.equal(existsSync(`${directory}/old`), false);
  });

  it("is the same, byte for byte, when nothing changed", () => {
    const objects = [object({ apiVersion: "v1", kind: "Service", namespace: "new", name: "a" })];
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

  it("is refused when a link in it leads elsewhere", () => {
    mkdirSync(folder.path("elsewhere"));
    rmSync(`${directory}/new`, { recursive: true });
    symlinkSync(folder.path("elsewhere"), `${directory}/new`);
    assert.throws(
      () => write([object({ apiVersion: "v1", kind: "Service", namespace: "new", name: "a" })]),
      /cannot be used/,
    );
    assert.deepEqual(filesIn(folder.path("elsewhere")).size, 0);
  });
});

describe("a comparison with --against", () => {
  const folder = temporaryFolder();
  after(folder.remove);

  it("finds nothing against its own output, and each addition, removal and change against another", async () => {
    const out = folder.path("out");
    assert.equal((await preview("clean", ["--out", out])).code, 0);
    const same = reportOf(await preview("clean", ["--against", out, "--json"]));
    assert.deepEqual(same.changes, { against: out, added: [], removed: [], changed: [], unchanged: 4 });

    const earlier = `${out}/shop/deployment-shop.yaml`;
    writeFileSync(earlier, readFileSync(earlier, "utf8").replace("shop:1.0", "shop:0.9"));
    rmSync(`${out}/cluster/namespace-shop.yaml`);
    const secret = `${out}/shop/secret-shop.yaml`;
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

  it("names a file of the earlier output that it cannot read, without quoting it", () => {
    const out = folder.path("broken");
    writeOutput({
      directory: out,
      project: "p",
      stack: "test",
      objects: [object({ apiVersion: "v1", kind: "Secret", namespace: "a", name: "a" })],
      generated: [],
    });
    writeFileSync(`${out}/a/secret-a.yaml`, "password: [hunter2");
    assert.throws(
      () => readOutput(out),
      (error: Error) =>
        error.message === "An earlier output cannot be read." && !JSON.stringify(error).includes("hunter2"),
    );
  });
});
