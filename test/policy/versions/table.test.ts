import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { readImage } from "../../../policy/readers/image";
import { ageInDays, ageReport } from "../../../policy/versions/age";
import { componentOf } from "../../../policy/versions/components";
import { advisories, tableDate, tableSources } from "../../../policy/versions/table";
import { compare, readVersion, version } from "../../../policy/versions/version";
import { vulnerabilitiesOf } from "../../../policy/versions/vulnerable";
import lock from "../../../stacks/versions.lock.json";

describe("the table of vulnerable versions", () => {
  it("has a date", () => {
    assert.match(tableDate, /^\d{4}-\d{2}-\d{2}$/);
    assert.ok(!Number.isNaN(Date.parse(tableDate)));
  });

  it("has each advisory of a component once, with its source in a few words", () => {
    const names = advisories.map(({ component, id }) => `${component} ${id}`);
    assert.equal(new Set(names).size, names.length);
    for (const { id, url, about } of advisories) {
      assert.match(url, /^https:\/\//, id);
      assert.match(about, /^\S.{8,}[^.]$/, id);
    }
  });

  it("knows components under the names that mirrors and distributors give them", () => {
    for (const [image, component] of [
      ["rancher/mirrored-istio-pilot:1.31.1", "Istio"],
      ["cgr.dev/chainguard/istio-proxy:latest", "Istio"],
      ["registry.example.com:5000/mirrored-dexidp-dex:v2.45.1", "Dex"],
      ["bitnami/cert-manager:1.21.2", "cert-manager"],
      ["ghcr.io/dexidp/dex-k8s-authenticator:1", undefined],
    ] as const) {
      assert.equal(componentOf(readImage(image)), component, image);
    }
  });

  it("has a place to look for each component", () => {
    assert.deepEqual(
      [...new Set(advisories.map(({ component }) => component))].sort(),
      Object.keys(tableSources).sort(),
    );
  });

  it("names versions in their order, and one fix a branch", () => {
    for (const { id, since, fixed } of advisories) {
      const all = [...(since === undefined ? [] : [since]), ...fixed].map(version);
      all.forEach((one, index) => assert.ok(index === 0 || compare(all[index - 1]!, one) < 0, id));
      assert.equal(new Set(fixed.map((text) => text.split(".").slice(0, 2).join("."))).size, fixed.length, id);
    }
  });

  it("says nothing against the versions that this project locks", () => {
    const locked = [...Object.values(lock.images), ...Object.values(lock.chartImages)].map(readImage);
    const known = locked.flatMap((image) => {
      const component = componentOf(image);
      const found = readVersion(image.tag ?? "");
      return component && found ? [{ image: image.text, holes: vulnerabilitiesOf(component, found) }] : [];
    });
    assert.equal(known.length, locked.length);
    assert.deepEqual(
      known.filter(({ holes }) => holes.length > 0),
      [],
    );
  });
});

describe("a version", () => {
  for (const [older, newer] of [
    ["1.9.9", "1.10.0"],
    ["1.28.9", "1.28.10"],
    ["1.0.0-rc.1", "1.0.0"],
    ["v1.0.0", "2.0.0"],
  ] as const) {
    it(`${older} is older than ${newer}`, () => {
      assert.ok(compare(version(older), version(newer)) < 0);
      assert.ok(compare(version(newer), version(older)) > 0);
    });
  }

  it("is the same with what image builders write behind it", () => {
    assert.equal(compare(version("v2.45.1-distroless"), version("2.45.1")), 0);
  });

  for (const text of ["latest", "1.31", "1", "", "1.2.3.4", "v1.2.x", "1.2.3 ", "123456.0.0"]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.equal(readVersion(text), undefined);
    });
  }
});

describe("the age of the table", () => {
  const at = (text: string) => new Date(`${text}T12:00:00Z`);

  it("counts whole days", () => {
    assert.equal(ageInDays(at("2026-11-28"), "2026-11-28"), 0);
    assert.equal(ageInDays(at("2027-02-26"), "2026-11-28"), 90);
  });

  it("is fine up to the limit", () => {
    assert.deepEqual(ageReport(at("2026-11-29"), 90, "2026-11-28"), {
      isTooOld: false,
      lines: ["the table of vulnerable versions is of 2026-11-28, 1 day ago"],
    });
    assert.equal(ageReport(at("2027-02-26"), 90, "2026-11-28").isTooOld, false);
  });

  it("is too much beyond it, and says where to look", () => {
    const { isTooOld, lines } = ageReport(at("2027-02-27"), 90, "2026-11-28");
    assert.equal(isTooOld, true);
    assert.equal(
      lines[0],
      "the table of vulnerable versions is of 2026-11-28, 91 days ago, more than 90. Look for newer advisories, " +
        "then set tableDate in policy/versions/table.ts:",
    );
    assert.equal(lines[1], "  Istio: https://istio.io/latest/news/security/");
    assert.equal(lines.length, 6);
  });

  const script = join(__dirname, "../../../bin/policy-age.js");
  const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });

  it("is told by a command", () => {
    const { status, stdout } = run("--days", "99999");
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^the table of vulnerable versions is of ${tableDate}, -?\\d+ days? ago\n$`));
  });

  it("is told by a command that knows no other limit than days", () => {
    const { status, stderr } = run("--days", "soon");
    assert.deepEqual([status, stderr], [2, '--days is "soon": write a number of days, such as 90\n']);
  });
});
