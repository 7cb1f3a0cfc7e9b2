import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { tar, type TarEntry } from "../../../bed/images/tar";
import { readTar } from "./readTar";

const file = (path: string, content = "x"): TarEntry => ({
  kind: "file",
  path,
  mode: 0o644,
  content: Buffer.from(content),
});

describe("a tar archive", () => {
  const entries: TarEntry[] = [
    { kind: "folder", path: "tmp", mode: 0o1777 },
    { kind: "link", path: "var/run", target: "/run" },
    file("exactly-one-block", "a".repeat(512)),
    file("empty", ""),
    file(`${"deep/".repeat(30)}${"n".repeat(90)}`),
    file("größe", "für"),
  ];

  it("is read back as it was written, without times and owners", () => {
    const read = readTar(Buffer.concat(tar(entries)));
    assert.deepEqual(
      read.map(({ path }) => path),
      ["tmp/", "var/run", "exactly-one-block", "empty", `${"deep/".repeat(30)}${"n".repeat(90)}`, "größe"],
    );
    assert.ok(read.every(({ time, owner }) => time === 0 && owner === 0));
    assert.equal(read[0]?.mode, 0o1777);
    assert.equal(read[1]?.target, "/run");
    assert.equal(read[2]?.content.length, 512);
    assert.equal(read[5]?.content.toString(), "für");
  });

  it("is read by tar itself", () => {
    const listed = execFileSync("tar", ["-tf", "-"], { input: Buffer.concat(tar(entries)) }).toString();
    assert.equal(listed.trim().split("\n").length, entries.length);
  });

  it("refuses a name that a header has no room for, instead of cutting it", () => {
    assert.throws(() => tar([file("n".repeat(101))]), /longer than the 100 bytes/);
    assert.throws(() => tar([file(`${"p".repeat(160)}/n`)]), RangeError);
    assert.throws(() => tar([{ kind: "link", path: "l", target: "t".repeat(101) }]), RangeError);
  });
});
