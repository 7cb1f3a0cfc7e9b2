import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Lock } from "../../../bed/programs/lock";
import { provide } from "../../../bed/programs/provide";
import { BadInput, Failure } from "../../../cli/exit";
import { Folder, withEnvironment } from "./folder";

const sum = `h1:${"B".repeat(43)}=`;
const goSumText = "example.com/other v1.0.0 h1:x\n";

// Stands in for go: hands out one module, resolves and "builds" its packages, and notes what it was asked.
const fakeGo = `
echo "$1 | $* | GOFLAGS=$GOFLAGS CGO=$CGO_ENABLED WORK=$GOWORK" >> "$FAKE_LOG"
case "$1" in
  env) echo go1.26.8 ;;
  mod) printf '{"Sum": "%s", "Dir": "%s"}' "$FAKE_SUM" "$FAKE_MODULE" ;;
  list) printf '${goSumText.replace("\n", "\\n")}' > go.sum; cp go.mod "$FAKE_LOG.mod" ;;
  build)
    if [ -n "$FAKE_BREAK" ]; then echo "# example.com/tool"; echo "main.go:7:2: undefined: frobnicate" >&2; exit 1; fi
    while [ "$1" != "-o" ]; do shift; done
    echo built > "$2/server"; chmod 755 "$2/server" ;;
esac`;

describe("providing the bed's programs", function () {
  let folder: Folder;
  let restore: () => void;
  let cache: string;
  let log: string;
  const lines: string[] = [];
  const entry = {
    module: "example.com/tool",
    version: "v1.2.3",
    sum,
    goSum: createHash("sha256").update(goSumText).digest("hex"),
    requires: { "example.com/other": "v1.0.0" },
    programs: { tool: "example.com/tool/server/v3" },
    cgo: false,
    static: false,
    tags: ["one", "two"],
    variables: { "main.version": "1.2.3" },
    files: { page: "web" },
  };
  const lock: Lock = { platform: "linux/amd64", go: "1.26.0", modules: { tool: entry }, wheels: {} };

  before(function () {
    // The bed itself runs on one platform only.
    if (process.platform !== "linux" || process.arch !== "x64") {
      this.skip();
    }
  });

  beforeEach(() => {
    folder = new Folder();
    cache = join(folder.path, "cache");
    log = join(folder.path, "log");
    lines.length = 0;
    folder.script("bin/go", fakeGo);
    // Compiling is not what is tested here.
    folder.script("bin/gcc", "exit 0");
    folder.script("bin/pkg-config", "exit 0");
    folder.script("bin/python3", "exit 0");
    folder.file("module/web/index.html", "<html>", 0o444);
    restore = withEnvironment({
      PATH: `${join(folder.path, "bin")}:/usr/bin:/bin`,
      GOFLAGS: "-mod=vendor -tags=surprise",
      GOWORK: "/somewhere/go.work",
      FAKE_LOG: log,
      FAKE_SUM: sum,
      FAKE_MODULE: join(folder.path, "module"),
      FAKE_BREAK: "",
    });
  });
  afterEach(() => {
    restore();
    folder.remove();
  });

  const programs = (changed: Lock = lock) =>
    provide(changed, (line) => lines.push(line), { directory: cache, foreign: [], tools: [] });
  const commands = () => readFileSync(log, "utf8").trim().split("\n");
  const made = () => (existsSync(cache) ? readdirSync(cache) : []);

  it("builds a program once, under the name that the lock gives it", async () => {
    const first = await programs();
    assert.equal(readFileSync(first.path("tool"), "utf8"), "built\n");
    assert.equal(first.version("tool"), "v1.2.3");
    assert.equal(readFileSync(join(first.file("tool/page"), "index.html"), "utf8"), "<html>");
    const before = commands().length;
    const second = await programs();
    assert.equal(second.path("tool"), first.path("tool"));
    assert.ok(
      commands()
        .slice(before)
        .every((line) => line.startsWith("env ")),
    );
  });

  it("is not disturbed by flags and workspaces that a person has set", async () => {
    await programs();
    assert.ok(commands().every((line) => line.endsWith("GOFLAGS=-trimpath -buildvcs=false CGO=0 WORK=off")));
    const build = commands().find((line) => line.startsWith("build "));
    assert.match(build ?? "", /-mod=readonly -tags one,two -ldflags -s -w -buildid= -X main.version=1.2.3 -o/);
    assert.match(readFileSync(`${log}.mod`, "utf8"), /example.com\/tool v1.2.3\n\texample.com\/other v1.0.0/);
  });

  it("builds anew for another version, another recipe or another Go", async () => {
    const path = (await programs()).path("tool");
    const others = [
      { ...lock, modules: { tool: { ...entry, version: "v1.2.4" } } },
      { ...lock, modules: { tool: { ...entry, tags: [] } } },
    ];
    for (const other of others) {
      assert.notEqual((await programs(other)).path("tool"), path);
    }
    folder.script("bin/go", fakeGo.replace("go1.26.8", "go1.26.9"));
    assert.notEqual((await programs()).path("tool"), path);
  });

  it("compiles nothing of a module that is not the lock's", async () => {
    process.env.FAKE_SUM = `h1:${"C".repeat(43)}=`;
    await assert.rejects(programs(), (error) => {
      assert.ok(error instanceof BadInput);
      assert.equal(error.problems[0]?.key, "modules.tool.sum");
      assert.ok(error.problems[0].mend.includes("CCC"));
      return true;
    });
    assert.ok(!commands().some((line) => line.startsWith("build ") || line.startsWith("list ")));
    assert.deepEqual(made(), []);
  });

  it("compiles nothing when what the module is built from is not the lock's", async () => {
    const other = { ...lock, modules: { tool: { ...entry, goSum: "0".repeat(64) } } };
    await assert.rejects(programs(other), (error) => {
      assert.ok(error instanceof BadInput);
      assert.equal(error.problems[0]?.key, "modules.tool.goSum");
      return true;
    });
    assert.ok(!commands().some((line) => line.startsWith("build ")));
  });

  it("shows the compiler's last lines, and keeps nothing half made", async () => {
    process.env.FAKE_BREAK = "yes";
    await assert.rejects(programs(), (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, /tool: building tool/);
      assert.match(error.details, /main.go:7:2: undefined: frobnicate/);
      return true;
    });
    assert.deepEqual(made(), []);
  });

  it("says what it does and how long it took", async () => {
    await programs();
    assert.ok(lines.includes("tool: building tool …"));
    assert.ok(lines.some((line) => /^tool: building tool: done \(\d+\.\d s\)$/.test(line)));
  });

  it("names what it does not have instead of giving a path", async () => {
    const provided = await programs();
    assert.ok(provided.has("tool") && !provided.has("pulumi"));
    assert.throws(() => provided.path("pulumi"), BadInput);
    assert.throws(() => provided.file("tool/none"), BadInput);
  });

  it("removes what a killed run left, and leaves what a living one makes", async () => {
    folder.file("cache/.making-999999999-x/bin/tool", "half");
    folder.file(`cache/.making-${process.ppid}-x/bin/tool`, "half");
    await programs();
    assert.deepEqual(
      made().filter((name) => name.startsWith(".")),
      [`.making-${process.ppid}-x`],
    );
  });
});
