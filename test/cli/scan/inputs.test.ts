import assert from "node:assert/strict";
import { clean, inShort, type Scanned, scanned, skipping } from "./support";

const json = (value: unknown): string => JSON.stringify(value, null, 2);
const object = (name: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { skipVerify: "true" },
});
/** The lines about what could not be read, without their mends. */
const problems = ({ stderr }: Scanned): string[] =>
  stderr
    .split("\n")
    .filter((line) => /^ {2}\S/.test(line))
    .map((line) => line.trim());

describe("what a scan reads", () => {
  it("is every object of a file with several, each at its line", async () => {
    const run = await scanned({ "all.yaml": `# first\n${skipping("a")}---\n${clean}---\n# third\n${skipping("b")}` });
    assert.deepEqual(inShort(run), ["in/all.yaml:11 forbid-skip-verify a", "in/all.yaml:28 forbid-skip-verify b"]);
    assert.equal(run.code, 1);
  });

  it("is *.yaml, *.yml and *.json in all folders below, in order, and no other file", async () => {
    const run = await scanned({
      "z.yaml": skipping("z"),
      "a/b/c.yml": skipping("c"),
      "a/d.JSON": json(object("d")),
      ".hidden/e.yaml": skipping("e"),
      "a/readme.md": skipping("readme"),
    });
    assert.deepEqual(inShort(run).sort(), [
      "in/.hidden/e.yaml:10 forbid-skip-verify e",
      "in/a/b/c.yml:10 forbid-skip-verify c",
      "in/a/d.JSON:8 forbid-skip-verify d",
      "in/z.yaml:10 forbid-skip-verify z",
    ]);
  });

  it("is a file of any name that is named itself, and each file once", async () => {
    const run = await scanned({ "dump.txt": skipping("a") }, { inputs: ["dump.txt", "./dump.txt", "."] });
    assert.deepEqual(inShort(run), ["in/dump.txt:10 forbid-skip-verify a"]);
  });

  it("is each item of a list, of a list of one kind, and of a list in a list, at its line", async () => {
    const { apiVersion, kind, ...bare } = object("c");
    const list = (items: unknown[]) => ({ apiVersion, kind: "List", items });
    const run = await scanned({
      "list.json": json(list([object("a"), list([object("b")])])),
      "maps.json": json({ apiVersion, kind: `${kind}List`, metadata: {}, items: [bare] }),
      "list.yaml": `apiVersion: v1\nkind: List\nitems:\n- ${skipping("d").trimEnd().replaceAll("\n", "\n  ")}\n`,
    });
    assert.deepEqual(inShort(run).sort(), [
      "in/list.json:12 forbid-skip-verify a",
      "in/list.json:26 forbid-skip-verify b",
      "in/list.yaml:13 forbid-skip-verify d",
      "in/maps.json:11 forbid-skip-verify c",
    ]);
  });

  it("is JSON in several values one after the other, and in an array", async () => {
    const run = await scanned({
      "stream.json": `${JSON.stringify(object("a"))}\n${JSON.stringify(object("b"))}`,
      "array.json": JSON.stringify([object("c")]),
    });
    assert.deepEqual(inShort(run).sort(), [
      "in/array.json:1 forbid-skip-verify c",
      "in/stream.json:1 forbid-skip-verify a",
      "in/stream.json:2 forbid-skip-verify b",
    ]);
  });

  it("passes over and counts what holds no Kubernetes object", async () => {
    const { code, stdout } = await scanned(
      {
        "a.yaml": clean,
        "values.yaml": "kind: big\nreplicas: 2\n",
        "Chart.yaml": "apiVersion: v2\nname: a\n",
        "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
        "patch.json": json([{ op: "add", path: "/spec", value: 1 }]),
        "word.yml": "word\n",
        "empty.yaml": "",
        "comments.yaml": "# nothing\n---\n# rendered\n---\n",
      },
      { format: "text" },
    );
    assert.equal(
      stdout,
      "8 files, 1 object; 0 mandatory, 0 advisory; 5 documents passed over, which hold no Kubernetes object",
    );
    assert.equal(code, 0);
  });

  it("reads YAML as Kubernetes does: yes is true, keys are merged, binary texts are texts", async () => {
    const run = await scanned({
      "a.yaml": [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\nx: &x { skipVerify: yes }\ndata:\n  <<: *x\n  day: 2026-01-01\n",
        `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\ndata:\n  f: !!binary ${Buffer.from("skip_verify = true").toString("base64")}\n`,
      ].join("---\n"),
    });
    assert.deepEqual(
      run.entries().map(({ line, message }) => [line, message.split(" turns")[0]]),
      [
        [5, 'data.skipVerify = "true"'],
        [4, "x.skipVerify = true"],
        [13, 'data.f: skip_verify = "true"'],
      ],
    );
  });

  it("finds the line inside a block of text", async () => {
    const file =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  run.sh: |\n    #!/bin/sh\n    curl -k https://a\n";
    assert.deepEqual(inShort(await scanned({ "a.yaml": file })), ["in/a.yaml:7 forbid-skip-verify a"]);
  });

  it("takes a byte order mark, Windows' line ends, directives, comments behind dashes and dots for what they are", async () => {
    const crlf = skipping("crlf").replaceAll("\n", "\r\n");
    const run = await scanned({
      "bom.yaml": `\uFEFF${skipping("bom")}`,
      "crlf.yaml": `---\r\n${crlf}`,
      "dashes.yaml": `%YAML 1.1\n--- # first\n${skipping("dashes")}...\n---\n---   \n${skipping("more")}---\n`,
    });
    assert.deepEqual(inShort(run).sort(), [
      "in/bom.yaml:10 forbid-skip-verify bom",
      "in/crlf.yaml:11 forbid-skip-verify crlf",
      "in/dashes.yaml:12 forbid-skip-verify dashes",
      "in/dashes.yaml:25 forbid-skip-verify more",
    ]);
    assert.equal(run.stderr, "");
  });

  it("takes a very long text", async () => {
    const run = await scanned({
      "a.yaml": `${clean}  annotations:\n    long: "${"x".repeat(1_000_000)}"\n---\n${skipping("a")}`,
    });
    assert.deepEqual(inShort(run), ["in/a.yaml:17 forbid-skip-verify a"]);
  });

  it("follows a link inside the folder once, and ends where it leads back up", async () => {
    const run = await scanned({
      "base/a.yaml": skipping("a"),
      "base/up": { link: ".." },
      "link.yaml": { link: "base/a.yaml" },
      "config/data": { link: "../base" },
    });
    assert.deepEqual(inShort(run), ["in/base/a.yaml:10 forbid-skip-verify a"]);
    assert.equal(run.stderr, "");
  });
});

describe("what a scan can't read", () => {
  const alone = async (name: string, content: string | Uint8Array | { link: string }): Promise<string[]> => {
    const run = await scanned({ [name]: content, "z.yaml": skipping("z") });
    // The rest is scanned and shown.
    assert.deepEqual(inShort(run), ["in/z.yaml:10 forbid-skip-verify z"]);
    assert.equal(run.code, 2);
    return problems(run);
  };
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${"bcdefghi"
    .split("")
    .map((key, index) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(", ")}]`)
    .join("\n")}\n`;
  for (const [what, name, content, said] of [
    [
      "an alias that unfolds into gigabytes",
      "a.yaml",
      bomb,
      "in/a.yaml:1: not readable as YAML: an alias that can't be resolved",
    ],
    [
      "an alias of nothing",
      "a.yaml",
      "a: 1\nb: *nothing\n",
      "in/a.yaml:1: not readable as YAML: an alias that can't be resolved",
    ],
    ["a tab where spaces belong", "a.yaml", "a:\n\tb: 1\n", "in/a.yaml:2: not readable as YAML: tab as indent"],
    [
      "a key that stands twice",
      "a.yaml",
      "kind: Pod\nb: 1\nkind: Job\n",
      "in/a.yaml:3: not readable as YAML: a key stands twice",
    ],
    [
      "JSON with a key that stands twice",
      "a.json",
      '{\n"a": 1,\n"a": 2}',
      "in/a.json:3: not readable as JSON: a key stands twice",
    ],
    ["half of a JSON text", "a.json", '{\n"a": "hunter2', "in/a.json:2: not readable as JSON: a text without an end"],
    [
      "a line end that not every parser sees",
      "a.yaml",
      "a: 1\n# b\rhostNetwork: true\n",
      "in/a.yaml:2: not readable as YAML: U+000D as a line's end",
    ],
    [
      "a line separator",
      "a.yaml",
      "a: 1 # b\u2028hostNetwork: true\n",
      "in/a.yaml:1: not readable as YAML: U+2028 as a line's end",
    ],
    ["bytes that are no text", "a.yaml", new Uint8Array([0xff, 0xfe, 0x61, 0]), "in/a.yaml:1: not a text in UTF-8"],
    ["a binary file", "a.yaml", "a\0b", "in/a.yaml:1: not a text, but something binary"],
    [
      "a chart's template",
      "templates/a.yaml",
      "a: {{ .Values.a }}\n",
      "in/templates/a.yaml:1: not readable as YAML: a key that is no text",
    ],
    [
      "a List with something else in it",
      "a.json",
      json({ apiVersion: "v1", kind: "List", items: [{ a: 1 }] }),
      "in/a.json:5: an item of a List that is no object",
    ],
    [
      "a List without a list",
      "a.yaml",
      "apiVersion: v1\nkind: List\nitems: {}\n",
      "in/a.yaml:1: a List whose items are no list",
    ],
    ["a link out of the folder", "a.yaml", { link: "/etc/hostname" }, "in/a.yaml: a link that leads out of the folder"],
    ["a link to a folder elsewhere", "a", { link: "/etc" }, "in/a: a link that leads out of the folder"],
    ["a broken link", "a.yaml", { link: "nowhere" }, "in/a.yaml: not there"],
  ] as const) {
    it(`is ${what}, and it is named by file and line`, async () => {
      assert.deepEqual(await alone(name, content), [said]);
    });
  }

  it("is what is nested too deeply, in YAML and in JSON", async () => {
    const deep = "[".repeat(5000) + "]".repeat(5000);
    assert.deepEqual(await alone("a.yaml", `a: ${deep}\n`), ["in/a.yaml:1: not readable as YAML: nested too deeply"]);
    assert.deepEqual(await alone("a.json", deep), ["in/a.json:1: not readable as JSON: nested too deeply"]);
  });

  it("is more YAML than fits into memory", async () => {
    assert.deepEqual(await alone("a.yaml", "#".repeat(40_000_001)), [
      "in/a.yaml:1: more than 40 MB of YAML; take it apart, or take JSON (kubectl get -o json)",
    ]);
  });

  it("is one document, and the others of its file are scanned", async () => {
    const run = await scanned({ "a.yaml": `${skipping("a")}---\na: 1\na: 2\n---\n${skipping("b")}` });
    assert.deepEqual(inShort(run), ["in/a.yaml:10 forbid-skip-verify a", "in/a.yaml:24 forbid-skip-verify b"]);
    assert.deepEqual(problems(run), ["in/a.yaml:13: not readable as YAML: a key stands twice"]);
    assert.equal(run.code, 2);
  });

  it("is a file that is not there, and the rest is scanned", async () => {
    const run = await scanned({ "a.yaml": skipping("a") }, { inputs: ["nowhere.yaml", "a.yaml"] });
    assert.deepEqual(inShort(run), ["in/a.yaml:10 forbid-skip-verify a"]);
    assert.deepEqual(problems(run), ["in/nowhere.yaml: not there"]);
    assert.equal(run.code, 2);
  });

  for (const [what, files] of [
    ["an empty file", { "a.yaml": "" }],
    ["an empty folder", { "readme.md": "" }],
    ["a file of values alone", { "values.yaml": "a: 1\n" }],
    ["an empty list", { "a.json": '{"apiVersion": "v1", "kind": "List", "items": []}' }],
  ] as const) {
    it(`is nothing at all: ${what} is no clean scan`, async () => {
      const run = await scanned(files);
      assert.equal(run.code, 2);
      assert.equal(run.stdout, "[]");
      assert.match(run.stderr, /no Kubernetes object in it|no \*\.yaml, \*\.yml or \*\.json there/);
    });
  }

  it("is said with what to do, and without a word of the text", async () => {
    const { stderr } = await scanned({ "templates/a.yaml": "a: {{ hunter2 }}\n", "z.yaml": clean });
    assert.deepEqual(stderr.split("\n"), [
      "Not scanned: what can't be read isn't checked.",
      "  in/templates/a.yaml:1: not readable as YAML: a key that is no text",
      "    a chart's template has to be rendered first: helm template … | gatehouse scan -",
      "",
    ]);
  });
});
