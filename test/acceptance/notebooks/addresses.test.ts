import assert from "node:assert/strict";
import { isNotebook, notebookAt } from "../../../acceptance/notebookHosts";
import { isOwn } from "../../../acceptance/signIn/follow";
import { startOf } from "../../../acceptance/signIn/start";
import { readTarget } from "../../../acceptance/target";
import { BadInput } from "../../../cli/exit";

const { target } = readTarget("https://kubeflow.example.com:8443", { notebooks: "kubeflow-notebooks.example.org" }, {});
const notebooks = target.notebooks ?? assert.fail();

describe("the addresses of notebooks", () => {
  it("are below their domain, at the gate's port", () => {
    const { origin, prefix } = notebookAt(notebooks, "team-a", "lab");
    assert.equal(origin.href, "https://team-a--lab.kubeflow-notebooks.example.org:8443/");
    assert.equal(prefix, "/notebook/team-a/lab/");
    const viewer = notebookAt(notebooks, "team-a", "data", "viewer");
    assert.equal(viewer.origin.hostname, "team-a--data--viewer.kubeflow-notebooks.example.org");
    assert.equal(viewer.prefix, "/pvcviewers/team-a/data/");
    assert.throws(() => notebookAt(notebooks, "team--a", "lab"), /notebook team--a\/lab can have no host/);
  });

  it("are not that of their sign-in, nor the gate's", () => {
    const is = (url: string) => isNotebook(notebooks, new URL(url));
    assert.equal(is("https://a--b.kubeflow-notebooks.example.org:8443/x"), true);
    assert.equal(is("https://a--b.kubeflow-notebooks.example.org/x"), false);
    assert.equal(is(notebooks.signInHost.href), false);
    assert.equal(is(target.gate.href), false);
    assert.equal(is("https://kubeflow-notebooks.example.org:8443/"), false);
  });

  it("are the deployment's own for whoever follows a redirect", () => {
    assert.equal(isOwn(target, notebookAt(notebooks, "team-a", "lab").origin), true);
    assert.equal(isOwn(target, notebooks.signInHost), true);
    assert.equal(isOwn(target, new URL("https://a--b.kubeflow-notebooks.example.net:8443/")), false);
  });

  it("are signed in to at a host of their own, which leads on from there", () => {
    const { origin, prefix } = notebookAt(notebooks, "team-a", "lab");
    const rd = encodeURIComponent(`${notebooks.signInHost.origin}/gatehouse/return${prefix}x?y=1`);
    assert.equal(
      startOf(target, new URL(`${prefix}x?y=1`, origin)).href,
      `${notebooks.signInHost.origin}/oauth2/start?rd=${rd}`,
    );
    assert.equal(
      startOf(target, new URL("/x", target.gate)).href,
      `${target.gate.origin}/oauth2/start?rd=${encodeURIComponent(`${target.gate.origin}/x`)}`,
    );
  });
});

describe("the option for notebooks", () => {
  for (const [domain, mend] of [
    ["https://notebooks.example.com", /write notebooks.domain of the stack/],
    ["Notebooks.example.com", /in small letters/],
    ["notebooks", /such as/],
    ["", /such as/],
    ["kubeflow.example.com", /neither kubeflow.example.com nor below or above it/],
    ["notebooks.kubeflow.example.com", /nor below or above it/],
    ["example.com", /nor below or above it/],
  ] as const) {
    it(`refuses ${domain === "" ? "nothing" : domain}`, () => {
      assert.throws(
        () => readTarget("https://kubeflow.example.com", { notebooks: domain }, {}),
        (error: unknown) => {
          assert.ok(error instanceof BadInput);
          assert.deepEqual(
            error.problems.map(({ key, value }) => [key, value]),
            [["--notebooks", domain]],
          );
          assert.match(error.problems[0]?.mend ?? "", mend);
          return true;
        },
      );
    });
  }

  it("takes a domain beside the gate's", () => {
    const { target: beside } = readTarget("https://kubeflow.example.com", { notebooks: "notebooks.example.com" }, {});
    assert.equal(beside.notebooks?.signInHost.href, "https://auth.notebooks.example.com/");
    assert.equal(beside.notebooks?.authorization, false);
  });

  it("is told whether notebooks get Authorization, which says nothing without the domain", () => {
    const options = { notebooks: "notebooks.example.com", notebookAuthorization: true };
    assert.equal(readTarget("https://kubeflow.example.com", options, {}).target.notebooks?.authorization, true);
    assert.throws(
      () => readTarget("https://kubeflow.example.com", { notebookAuthorization: true }, {}),
      (error: unknown) => {
        assert.ok(error instanceof BadInput);
        assert.deepEqual(
          error.problems.map(({ key, value }) => [key, value]),
          [["--notebook-authorization", "no --notebooks"]],
        );
        return true;
      },
    );
  });
});

describe("the option for notebooks on the gate's own host", () => {
  const read = (options: Parameters<typeof readTarget>[1]) => readTarget("https://kubeflow.example.com", options, {});

  it("takes a namespace", () => {
    assert.equal(read({ notebookNamespace: "notebooks-of-a" }).target.notebookNamespace, "notebooks-of-a");
  });

  for (const [what, options, mend] of [
    ["what is none", { notebookNamespace: "Notebooks" }, /the name of a namespace/],
    [
      "one where notebooks have hosts of their own",
      { notebookNamespace: "a", notebooks: "b.example.com" },
      /leave it out/,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => read(options),
        (error: unknown) => {
          assert.ok(error instanceof BadInput);
          assert.deepEqual(
            error.problems.map(({ key, value }) => [key, value]),
            [["--notebook-namespace", options.notebookNamespace]],
          );
          assert.match(error.problems[0]?.mend ?? "", mend);
          return true;
        },
      );
    });
  }
});

describe("the option for JupyterLab", () => {
  const read = (jupyterlab: string) => readTarget("https://kubeflow.example.com", { jupyterlab }, {}).target.jupyterlab;

  for (const image of [
    "jupyter",
    "ghcr.io/example/notebook-servers/jupyter:v1.10.0",
    "registry.example.com:5000/a/b__c:1",
    `registry.example.com/jupyter@sha256:${"0".repeat(64)}`,
  ]) {
    it(`takes ${image}`, () => assert.equal(read(image), image));
  }

  for (const image of ["", "https://registry.example.com/jupyter", "Jupyter", "jupyter:", "jupyter:1 2", "a//b"]) {
    it(`refuses ${image === "" ? "nothing" : image}`, () => {
      assert.throws(
        () => read(image),
        (error: unknown) => {
          assert.ok(error instanceof BadInput);
          assert.deepEqual(
            error.problems.map(({ key, value }) => [key, value]),
            [["--jupyterlab", image]],
          );
          assert.match(error.problems[0]?.mend ?? "", /an image that the cluster can pull/);
          return true;
        },
      );
    });
  }
});
