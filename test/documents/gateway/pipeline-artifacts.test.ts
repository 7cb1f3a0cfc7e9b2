import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaFilter, luaString } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const gate = "kubeflow.example.com";
const filterFor = (host: string, { underEveryName = false, wholeHost = false } = {}) =>
  luaFilter("pipeline-artifacts.lua", {
    uiHost: luaString(host),
    underEveryName: String(underEveryName),
    wholeHost: String(wholeHost),
  });
const filter = filterFor(gate);
const artifact = "/pipeline/artifacts/get?source=minio&bucket=mlpipeline&key=a%2Fb";

describe("an artifact of Kubeflow Pipelines", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const asked = (path: string, authority = gate, response?: readonly Header[]) =>
    envoy.filter(
      filter,
      [
        [":authority", authority],
        [":path", path],
        [":method", "GET"],
      ],
      response === undefined ? {} : { response },
    );
  const statusOf = (path: string, authority?: string) => asked(path, authority).answer?.headers[":status"];

  const refused = [
    "/pipeline/artifacts/get",
    artifact,
    "/pipeline/ARTIFACTS/get?key=a",
    "/pipeline//artifacts/get?key=a",
    "/pipeline/artifacts/minio/mlpipeline/private-artifacts/b/x",
    `${artifact}&namespace=`,
    `${artifact}&namespace`,
    `${artifact}&namespace=a&namespace=b`,
    `${artifact}&namespace=a&namespace=a`,
    `${artifact}&namespace[]=a`,
    `${artifact}&namespace%5B%5D=a`,
    `${artifact}&namespace[x]=a`,
    `${artifact}&%6eamespace=a`,
    `${artifact}&Namespace=a`,
    `${artifact}&namespace=a&%6eamespace=b`,
    `${artifact}&namespace=%61`,
    `${artifact}&namespace=A`,
    `${artifact}&namespace=a/../b`,
    `${artifact}&namespace=-a`,
    `${artifact}&namespace=a-`,
    `${artifact}&namespace=a%00`,
    `${artifact}&namespace=${"a".repeat(64)}`,
    `/pipeline/artifacts/get?key=a#&namespace=a`,
    `/pipeline/artifacts/get#?namespace=a`,
    `/pipeline/artifacts/get?${"x&".repeat(1000)}namespace=a`,
  ];
  for (const path of refused) {
    it(`is refused where the address names no namespace, or not just one: ${path.slice(0, 80)}`, () => {
      const { answer } = asked(path);
      assert.equal(answer?.headers[":status"], "403");
      assert.match(answer.body, /\?namespace=<namespace>/);
    });
  }

  for (const authority of [
    `${gate}:443`,
    `${gate}:`,
    `${gate}:x`,
    `${gate}:+443`,
    `${gate.toUpperCase()}:`,
    `${gate}.`,
    `${gate}.:443`,
  ]) {
    it(`is refused without a namespace by whatever name Envoy finds the host: ${authority}`, () => {
      assert.equal(statusOf(artifact, authority), "403");
    });
  }

  it("is refused without a namespace under every name where the gate's host is an address", () => {
    const atAddress = filterFor("192.0.2.1", { underEveryName: true });
    for (const authority of ["192.0.2.1", "anything.example.com", "[2001:db8::1]:443"]) {
      const { answer } = envoy.filter(atAddress, [
        [":authority", authority],
        [":path", artifact],
      ]);
      assert.equal(answer?.headers[":status"], "403", authority);
    }
  });

  const goingOn: [path: string, authority?: string][] = [
    [`${artifact}&namespace=team-a`],
    ["/pipeline/artifacts/get?namespace=a&key=namespac"],
    [`/pipeline/artifacts/minio/b/k?namespace=${"a".repeat(63)}`, `${gate}:443`],
    ["/pipeline/"],
    ["/pipeline/apis/v2beta1/runs?page_size=10"],
    ["/pipeline/artifacts"],
    ["/artifacts/get?key=a"],
    ["/notebook/a/b/pipeline/artifacts/get"],
    [artifact, "mlflow.kubeflow.example.com"],
  ];
  for (const [path, authority] of goingOn) {
    it(`is looked at nowhere else, and goes on with its namespace: ${path.slice(0, 60)}`, () => {
      assert.equal(statusOf(path, authority), undefined);
    });
  }

  it("is refused without a namespace at a host that is the UI's alone, with its folder and without", () => {
    const own = "pipelines.kubeflow.example.com";
    const ofUi = filterFor(own, { wholeHost: true });
    for (const [path, authority, status] of [
      ["/artifacts/get?key=a", own, "403"],
      ["//ARTIFACTS/get?key=a", own, "403"],
      [artifact, own, "403"],
      ["/artifacts/get?key=a&namespace=team-a", own, undefined],
      ["/apis/v2beta1/artifacts/a", own, undefined],
      ["/artifacts/get?key=a", gate, undefined],
    ] as const) {
      const { answer } = envoy.filter(ofUi, [
        [":authority", authority],
        [":path", path],
      ]);
      assert.equal(answer?.headers[":status"], status, `${authority}${path}`);
    }
  });

  it("is a page of no origin's, whatever the application says", () => {
    const answer = asked(`${artifact}&namespace=a`, gate, [
      [":status", "200"],
      ["content-type", "text/html"],
      ["content-security-policy", "default-src *"],
      ["x-content-type-options", "sniff"],
    ]);
    assert.deepEqual(answer.headers, [
      [":status", "200"],
      ["content-type", "text/html"],
      ["content-security-policy", "default-src *"],
      ["content-security-policy", "sandbox allow-downloads"],
      ["x-content-type-options", "nosniff"],
    ]);
    const other: Header[] = [[":status", "200"]];
    assert.deepEqual(asked("/pipeline/", gate, other).headers, other);
  });

  it("never passes without a parameter that is a namespace", () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), (query) => {
        const names = new URLSearchParams(query).getAll("namespace");
        const fine = names.length === 1 && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(names[0] ?? "");
        if (!fine) {
          assert.equal(statusOf(`/pipeline/artifacts/get?${query}`), "403");
        }
      }),
    );
  });

  it("is refused with 500 where the filter fails, and says so in the log", () => {
    const { answer, logged } = envoy.filter(
      filter,
      [
        [":authority", gate],
        [":path", artifact],
      ],
      { claims: "broken" },
    );
    assert.equal(answer?.headers[":status"], "500");
    assert.match(logged[0] ?? "", /^pipeline artifacts: /);
  });
});
