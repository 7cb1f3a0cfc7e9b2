import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { everyCheck } from "../../../acceptance/everyCheck";
import { type CheckResult, titleOf } from "../../../acceptance/verification";
import { seconds } from "../../../bed/commands/settings";
import { outFolder } from "../../../bed/e2e/outFolder";
import { provenTable } from "../../../bed/e2e/proven";
import { count, emptyResult, failures, type ModeResult, needsMet, wronglyLeftOut } from "../../../bed/e2e/result";
import { certificateOf, groupsOf, notebooksOf } from "../../../bed/e2e/verify";
import { type Mode } from "../../../bed/e2e/mode";
import { type Facts } from "../../../bed/platform/facts";
import { type Bed } from "../../../bed/startUp";
import { BadInput } from "../../../cli/exit";
import { Folder } from "../programs/folder";

const facts = {
  stack: "dev",
  echoUrl: "https://echo.example.com/",
  appliedBy: "pulumi up",
  counts: { objects: 1, kinds: {}, removed: 0 },
  leftOut: [],
  standIns: [],
  groups: { "user@example.com": ["ml", "all"], "other@example.com": [] },
} as unknown as Facts;
const bare: Bed = { facts, address: "192.0.2.1", versions: { istiod: "v1.0.0" }, missing: [] };
const cleared: Bed = { ...bare, versions: { ...bare.versions, "oauth2-proxy": "v7.0.0" } };

const left: CheckResult = {
  area: "login",
  name: "sign-in",
  proves: "People get in",
  exercises: ["oauth2-proxy"],
  needs: ["user", "sessions"],
  outcome: "left-out",
  tried: 0,
  wrong: [],
  mend: "",
  reason: "oauth2-proxy doesn't answer",
  figures: [],
  files: [],
  seconds: 0,
};

const mode: Mode = { name: "core", stack: "dev", settings: {}, why: "" };

function resultOf(bed: Bed): ModeResult {
  return {
    ...emptyResult(mode),
    bed,
    met: needsMet(bed, mode, 60),
    verification: { counts: { passed: 3, failed: 0, leftOut: 1, notAskedFor: 0 }, checks: [left] } as never,
  };
}

describe("The end-to-end run", () => {
  it("requires what the bed was built with, and nothing else", () => {
    assert.ok(!needsMet(bare, mode, 60).includes("sessions"));
    const met = needsMet(cleared, mode, 0);
    assert.ok(met.includes("sessions") && met.includes("echo") && met.includes("rotate"));
    assert.ok(needsMet(bare, { ...mode, verify: ["--wait", "400"] }, 0).includes("wait"));
    assert.ok(
      !met.includes("wait") && !met.includes("load") && !met.includes("browser") && !met.includes("cert-manager"),
    );
    const all = ["controller", "webhook", "cainjector", "startupapicheck"].map((part) => `cert-manager-${part}`);
    const versions = Object.fromEntries(all.map((name) => [name, "unknown"]));
    assert.ok(needsMet({ ...bare, versions, browser: "/bin/chromium" }, mode, 1).includes("cert-manager"));
    assert.ok(!needsMet({ ...bare, versions: { [all[0] ?? ""]: "unknown" } }, mode, 1).includes("cert-manager"));
  });

  it("requires what a load balancer in front makes possible, by what it does", () => {
    const metBy = (front: NonNullable<Facts["front"]>) => {
      const met = needsMet({ ...cleared, facts: { ...facts, front } }, mode, 0);
      return [met.includes("offload"), met.includes("bare"), met.includes("gateway-address")];
    };
    const somewhere = { address: "192.0.2.2", gateway: "192.0.2.3", client: "192.0.2.1" };
    const bareWay = { ...somewhere, bare: "192.0.2.2:9443" };
    assert.deepEqual(metBy({ ...somewhere, type: "offload" }), [true, false, true]);
    assert.deepEqual(metBy({ ...bareWay, type: "proxy-protocol" }), [false, true, true]);
    assert.deepEqual(metBy({ ...bareWay, type: "offload-proxy-protocol" }), [true, true, true]);
  });

  it("counts a check that a deployed component should have made possible as failed", () => {
    assert.deepEqual(count([resultOf(bare)]), { passed: 3, failed: 0, leftOut: 1 });
    assert.deepEqual(count([resultOf(cleared)]), { passed: 3, failed: 1, leftOut: 0 });
    assert.match(provenTable([resultOf(cleared)]), /3 passed, 1 failed, 0 left out/);
    assert.match(provenTable([resultOf(cleared)]), /\*\*Left out although all.*login\/sign-in: oauth2-proxy doesn't/);
    assert.doesNotMatch(provenTable([resultOf(bare)]), /Left out although/);
  });

  it("requires the outages, rotations and load that tokens alone prove, also without oauth2-proxy", () => {
    const all = ["controller", "webhook", "cainjector", "startupapicheck"].map((part) => `cert-manager-${part}`);
    const versions = Object.fromEntries(all.map((name) => [name, "unknown"]));
    const met = needsMet({ ...bare, versions }, mode, 60);
    const disturbing = everyCheck.filter(({ area }) => ["fail-closed", "rotation", "load"].includes(area));
    const results = disturbing.map((check): CheckResult => ({ ...left, ...check }));
    const excused = results.filter((check) => wronglyLeftOut([check], met).length === 0);
    assert.deepEqual(excused.map(titleOf), [
      "fail-closed/past-the-balancer",
      "fail-closed/routes-of-others",
      "fail-closed/foreign-authority",
      "fail-closed/without-oauth2-proxy",
      "fail-closed/without-cluster-keys",
      "rotation/cookie-secret",
    ]);
  });

  it("counts a step without a result as failed, and keeps what the others found", () => {
    const broken = { step: "istioctl analyze", why: "it said nothing" };
    assert.deepEqual(count([{ ...resultOf(bare), broken: [broken] }]), { passed: 3, failed: 1, leftOut: 1 });
    const table = provenTable([{ ...resultOf(bare), broken: [broken] }]);
    assert.match(table, /\*\*No result: istioctl analyze: it said nothing\*\*/);
    assert.match(table, /login\/sign-in/);
  });

  it("writes a table although not even the bed came up", () => {
    const mode = { name: "core", stack: "dev", settings: {}, why: "" };
    const result = { ...emptyResult(mode), broken: [{ step: "up", why: "no disk" }] };
    assert.deepEqual(count([result]), { passed: 0, failed: 1, leftOut: 0 });
    assert.match(provenTable([result]), /## Mode core: the suite has no result\n\n- \*\*No result: up: no disk\*\*/);
  });

  it("names everything that failed, a line each, as many as it counts", () => {
    const failed: CheckResult = { ...left, name: "comes-back", outcome: "failed", wrong: ["200 without a session"] };
    const verification = { ...resultOf(cleared).verification, checks: [left, failed] };
    const result: ModeResult = {
      ...resultOf(cleared),
      verification: { ...verification, counts: { ...verification.counts, failed: 1 } } as never,
      broken: [{ step: "up", why: "no disk" }],
      analysis: { wrong: ["IST0101"] } as never,
      mutations: [
        { name: "a-hole", breaks: "everything", outcome: "missed", by: [], why: "no check failed" },
        { name: "another", breaks: "everything", outcome: "noticed", by: ["login/comes-back"] },
      ],
      lifecycle: [{ name: "removed", proves: "it goes away", outcome: "failed", says: "two objects stay" }],
    };
    assert.deepEqual(failures([result]), [
      "core: up ended without a result: no disk",
      "core: istioctl analyze: IST0101",
      "core: login/comes-back: 200 without a session",
      "core: left out although all that it needs is there: login/sign-in: oauth2-proxy doesn't answer",
      "core: mutation a-hole was missed: no check failed",
      "core: removed: two objects stay",
    ]);
    assert.equal(count([result]).failed, 6);
    assert.deepEqual(failures([resultOf(bare)]), []);
  });

  it("says that challenges pass at port 80 where the certificate comes by HTTP-01", () => {
    const challenged = { ...bare, facts: { ...facts, acmeHttp01: true } };
    assert.ok(needsMet(challenged, mode, 0).includes("acme-http01"));
    assert.ok(!needsMet(bare, mode, 0).includes("acme-http01"));
    assert.deepEqual(certificateOf(challenged.facts), ["--acme-http01"]);
    assert.deepEqual(certificateOf(facts), []);
    const origins: Bed = {
      ...bare,
      facts: { ...facts, notebooks: { domain: "notebooks.example.com", authorization: false } },
    };
    assert.ok(needsMet(origins, mode, 0).includes("notebooks") && !needsMet(bare, mode, 0).includes("notebooks"));
    const byPath: Mode = { ...mode, verify: ["--notebook-namespace", "a"] };
    assert.ok(
      !needsMet(bare, mode, 0).includes("notebook-paths") && needsMet(bare, byPath, 0).includes("notebook-paths"),
    );
    assert.deepEqual(notebooksOf(origins.facts, "192.0.2.1"), [
      ...["--notebooks", "notebooks.example.com"],
      ...["--connect", "192.0.2.1"],
    ]);
    const notebooks = { domain: "notebooks.example.com", authorization: true };
    assert.ok(notebooksOf({ notebooks }, "192.0.2.1").includes("--notebook-authorization"));
    assert.deepEqual(notebooksOf(facts, "192.0.2.1"), []);
  });

  it("says who has to arrive with which groups", () => {
    assert.deepEqual(groupsOf(facts), ["--groups", "user@example.com=ml,all", "other@example.com="]);
    assert.deepEqual(groupsOf({ groups: {} }), []);
  });

  it("refuses seconds of load that the suite would refuse an hour later", () => {
    assert.equal(seconds("60"), 60);
    for (const text of ["abc", "", "-1", "1.5", "1e3", "3601"]) {
      assert.throws(() => seconds(text), /whole number of seconds/, text);
    }
  });
});

describe("The folder of an end-to-end run's reports", () => {
  let folder: Folder;
  beforeEach(() => (folder = new Folder()));
  afterEach(() => folder.remove());

  it("is made, and replaced by the next run", () => {
    const path = join(folder.path, "out");
    outFolder(path);
    mkdirSync(join(path, "core"));
    outFolder(path);
    assert.ok(!existsSync(join(path, "core")));
  });

  it("may be an empty one", () => {
    outFolder(folder.path);
    assert.equal(readdirSync(folder.path).length, 1);
  });

  it("is refused with everything in it where another one wrote it, or where it is a file", () => {
    const file = folder.file("thesis.txt", "years");
    assert.throws(() => outFolder(folder.path), BadInput);
    assert.throws(() => outFolder(file), BadInput);
    assert.ok(existsSync(file));
  });
});
