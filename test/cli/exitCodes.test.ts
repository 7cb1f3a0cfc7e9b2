import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import assert from "node:assert/strict";
import { errorOf, filesIn, fixture, gatehouse, gatehouseHere, preview, reportOf, temporaryFolder } from "./gatehouse";

describe("the exit code of a preview", () => {
  const folder = temporaryFolder();
  after(folder.remove);

  it("is 0 when no mandatory policy is violated", async () => {
    const run = await preview("clean");
    assert.equal(run.code, 0, run.stderr);
    assert.match(
      run.stdout,
      /\ntest: 7 resources, 4 objects, 3 values left out; 0 mandatory, 0 advisory, 0 not checked\n$/,
    );
  });

  it("is 1 when a mandatory policy is violated, and then nothing is written", async () => {
    const out = folder.path("violations");
    const run = await preview("violations", ["--out", out]);
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.stdout, /✗ mandatory high {2}forbid-latest {2}Deployment a\/shop\n {4}shop runs shop:latest\.\n/);
    assert.match(run.stdout, / {4}mend: Name a version\.\n/);
    assert.throws(() => filesIn(out), /ENOENT/);
  });

  it("is 2 for bad settings, with each problem's key, value and mend, and nothing is written", async () => {
    const out = folder.path("settings");
    const run = await preview("bad-settings", ["--out", out]);
    assert.equal(run.code, 2);
    assert.equal(run.stdout, "");
    assert.equal(
      run.stderr,
      [
        "Bad input: The settings of this stack have 2 problems; nothing was rendered.",
        "  bad-settings:domain: not a domain",
        "    write a domain",
        "  bad-settings:token: [secret]",
        "    make it longer",
        "",
      ].join("\n"),
    );
    assert.throws(() => filesIn(out), /ENOENT/);
  });

  it("is 2 for a stack that there is not, and the others are named", async () => {
    const run = await gatehouseHere(["preview", "nowhere"], fixture("bad-settings"));
    assert.equal(run.code, 2);
    assert.match(run.stderr, /There is no stack "nowhere" in project bad-settings/);
    assert.match(run.stderr, /use one of other, test/);
  });

  it("is 2 outside a project, for an unknown option and for a missing argument", async () => {
    mkdirSync(folder.path("nothing"));
    for (const [directory, args, said] of [
      [folder.path("nothing"), ["preview", "dev"], /There is no Pulumi project here/],
      [fixture("clean"), ["preview", "test", "--bogus"], /unknown option '--bogus'/],
      [fixture("clean"), ["preview"], /missing required argument 'stack'/],
      [fixture("clean"), ["preview", "test", "--against", folder.path("nothing")], /not an output of gatehouse/],
      [fixture("clean"), ["preview", "test", "--charts", folder.path("nowhere")], /folder of charts is not there/],
      [fixture("clean"), ["preview", "test", "--config-file", folder.path("nowhere")], /settings file is not there/],
    ] as const) {
      const run = await gatehouseHere(args, directory);
      assert.equal(run.code, 2, run.stderr);
      assert.match(run.stderr, said);
    }
  });

  it("is 2 for an output folder that holds something else, and that stays", async () => {
    const out = folder.path("foreign");
    mkdirSync(out);
    writeFileSync(`${out}/precious.txt`, "precious");
    const run = await preview("clean", ["--out", out, "--json"]);
    assert.equal(run.code, 2);
    assert.deepEqual(errorOf(run).problems, [
      {
        key: "--out",
        value: `${out} (holds something else)`,
        mend: "name an empty folder, or an earlier output of this stack",
      },
    ]);
    assert.deepEqual(filesIn(out), new Map([["precious.txt", "precious"]]));
  });

  it("is 3 when the program throws", async () => {
    const run = await preview("crash");
    assert.equal(run.code, 3);
    assert.equal(run.stdout, "");
    assert.match(run.stderr, /^Failed: The program failed: cannot parse \[secret\]\n/);
    assert.match(run.stderr, /crash\/index\.ts/);
  });

  it("is 3 when the program waits for what never comes", async () => {
    const run = await preview("stuck", ["--json"]);
    assert.equal(run.code, 3);
    assert.equal(errorOf(run).message, "The program did not end: it waits for something that never comes.");
    assert.equal(errorOf(run).details, "Declared and never ready: kubernetes:core/v1:Namespace never");
  });

  it("is 3 when the program ends the process with success", async () => {
    const run = await preview("quitter", ["--json"]);
    assert.equal(run.code, 3);
    assert.match(errorOf(run).message, /ended the process/);
  });

  it("is 3 when two resources have the same URN", async () => {
    const run = await preview("twins");
    assert.equal(run.code, 3);
    assert.match(run.stderr, /same URN: urn:pulumi:test::twins::kubernetes:core\/v1:Namespace::twin\. Give one of/);
  });

  it("is 3 when the policy pack cannot be loaded, or there is none", async () => {
    const broken = await preview("broken-pack", ["--json"]);
    assert.equal(broken.code, 3);
    assert.match(errorOf(broken).message, /policy pack in .* could not be loaded/);
    assert.match(errorOf(broken).details, /the pack is broken/);

    const bare = folder.path("bare");
    mkdirSync(bare);
    for (const name of ["Pulumi.yaml", "Pulumi.test.yaml", "index.ts"]) {
      cpSync(`${fixture("chatty")}/${name}`, `${bare}/${name}`);
    }
    const missing = await gatehouse(bare, ["preview", "test"]);
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /There is no policy pack/);
  });

  it("counts what the program declares after its exports are settled", async () => {
    const run = await preview("late", ["--json"]);
    assert.equal(run.code, 0);
    assert.deepEqual(
      reportOf(run).resources.map(({ name }) => name),
      ["late", "late-test"],
    );
  });
});
