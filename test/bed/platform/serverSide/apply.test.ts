import assert from "node:assert/strict";
import { type Api } from "../../../../bed/platform/cluster/api";
import { applyAll, definitionsEstablished } from "../../../../bed/platform/serverSide/apply";
import { Failure } from "../../../../cli/exit";
import { type Asked, FakeCluster, status } from "../fakeCluster";

const secret = (name: string) => ({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace: "a" } });
const noAnswer = 'Internal error occurred: failed calling webhook "validate.example.com": connection refused';

describe("applying objects", () => {
  let cluster: FakeCluster;
  let api: Api;
  const said: string[] = [];
  const apply = (objects: Parameters<typeof applyAll>[0], patience = 5) =>
    applyAll(objects, {
      api,
      patience,
      every: 0.01,
      progress: (text) => said.push(text),
      note: (text) => said.push(text),
    });
  const patches = () => cluster.asked.filter(({ method }) => method === "PATCH").map(({ path }) => path);
  beforeEach(async () => {
    said.length = 0;
    cluster = new FakeCluster();
    api = await cluster.start();
  });
  afterEach(() => cluster.stop());
  const refuse = (code: number, reason: string, message: string, times = Infinity) => {
    let left = times;
    cluster.answer = ({ method }: Asked) =>
      method === "PATCH" && (left -= 1) >= 0 ? { status: code, body: status(reason, message) } : undefined;
  };
  const failureOf = async (act: Promise<unknown>): Promise<string> => {
    const error = await act.then(
      () => assert.fail("nothing failed"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Failure, String(error));
    return `${error.message} ${error.details}`;
  };

  it("goes by their order", async () => {
    await apply([secret("b"), secret("a")]);
    assert.deepEqual(patches(), ["/api/v1/namespaces/a/secrets/b", "/api/v1/namespaces/a/secrets/a"]);
    assert.deepEqual(said, []);
  });

  it("fails at the first refusal of a schema, a rule, an admission or a webhook, with the object and what was said", async () => {
    for (const [code, reason, message] of [
      [422, "Invalid", 'spec.rules: Invalid value: "object": no such rule'],
      [400, "BadRequest", "strict decoding error: unknown field"],
      [403, "Forbidden", "violates PodSecurity"],
      [403, "Forbidden", 'admission webhook "validate.example.com" denied the request: no'],
      [500, "InternalError", "etcd is full"],
    ] as const) {
      refuse(code, reason, message);
      const before = patches().length;
      const text = await failureOf(apply([secret("x"), secret("y")]));
      assert.match(text, /refuses Secret a\/x/);
      assert.ok(text.includes(`${code} ${reason}: ${message}`), text);
      assert.equal(patches().length - before, 1);
    }
  });

  it("asks again while a webhook does not answer, and says so", async () => {
    refuse(500, "InternalError", noAnswer, 3);
    await apply([secret("x")]);
    assert.equal(patches().length, 4);
    assert.deepEqual(said, [
      "Secret a/x: waiting for the webhook validate.example.com",
      "Secret a/x was accepted at try 4",
    ]);
  });

  it("gives up on a webhook in the end", async () => {
    refuse(500, "InternalError", noAnswer);
    assert.match(await failureOf(apply([secret("x")], 0.05)), /refuses Secret a\/x.*failed calling webhook/);
  });

  it("makes a Job anew that cannot change", async () => {
    const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "check", namespace: "a" } };
    await apply([job]);
    refuse(422, "Invalid", "spec.template: Invalid value: field is immutable", 1);
    await apply([job]);
    assert.deepEqual(said, [
      "Job a/check was made anew, because a Job cannot change",
      "Job a/check was accepted at try 2",
    ]);
    refuse(422, "Invalid", "field is immutable");
    assert.match(await failureOf(apply([secret("x")])), /refuses Secret/);
  });

  it("waits until definitions are served, and fails with those that are not", async () => {
    const definition = (name: string, served: string) => ({
      kind: "CustomResourceDefinition",
      apiVersion: "apiextensions.k8s.io/v1",
      metadata: { name },
      status: { conditions: [{ type: "Established", status: served }] },
    });
    const list = () => Promise.resolve([definition("a", "True"), definition("b", "False")] as never[]);
    await definitionsEstablished([definition("a", "")], { list }, 1);
    await assert.rejects(definitionsEstablished([definition("a", ""), definition("b", "")], { list }, 0), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.details, "b");
      return true;
    });
  });
});
