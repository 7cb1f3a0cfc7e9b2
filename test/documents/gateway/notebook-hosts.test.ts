import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaFilter, luaMap, luaString } from "../../../documents/gateway/lua";
import { notebookHost, notebookKinds } from "../../../stacks/notebookHosts";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const gate = "kubeflow.example.com";
const domain = "kubeflow-notebooks.example.com";
const filterFor = (forwards: boolean) =>
  luaFilter("notebook-hosts.lua", {
    gateHost: luaString(gate),
    signInHost: luaString(`auth.${domain}`),
    domain: luaString(`.${domain}`),
    wayBack: luaString("/gatehouse/return/"),
    asks: luaString("Ask-Notebooks"),
    endings: luaMap(Object.fromEntries(notebookKinds.map(({ path, suffix }) => [path, suffix]))),
    forwardsAuthorization: String(forwards),
  });

describe("hosts of notebooks", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const ask = (authority: string, path: string, more: readonly Header[] = [], forwards = false) =>
    envoy.filter(filterFor(forwards), [[":authority", authority], [":path", path], [":method", "GET"], ...more]);
  const answerOf = (authority: string, path: string) => {
    const { answer } = ask(authority, path);
    return answer === undefined
      ? "goes on"
      : [answer.headers[":status"], answer.headers["location"]].filter((part) => part !== undefined).join(" ");
  };
  const valueOf = ({ headers }: { headers: readonly Header[] }, name: string) =>
    headers.filter(([key]) => key === name).map(([, value]) => value);

  const leadsOn: [path: string, address: string][] = [
    ["/notebook/team-a/lab/", `https://team-a--lab.${domain}/notebook/team-a/lab/`],
    ["/notebook/team-a/lab", `https://team-a--lab.${domain}/notebook/team-a/lab`],
    ["/notebook/team-a/lab/tree/a%20b?x=1&y=/", `https://team-a--lab.${domain}/notebook/team-a/lab/tree/a%20b?x=1&y=/`],
    ["/tensorboard/team-a/runs/", `https://team-a--runs--tensorboard.${domain}/tensorboard/team-a/runs/`],
    ["/pvcviewers/team-a/disk/", `https://team-a--disk--viewer.${domain}/pvcviewers/team-a/disk/`],
  ];
  for (const [path, address] of leadsOn) {
    it(`are where the gate's host leads to, with method and body: ${path}`, () => {
      assert.equal(answerOf(gate, path), `307 ${address}`);
      assert.equal(answerOf(`${gate}:443`, path), `307 ${address}`);
      assert.equal(answerOf("KubeFlow.Example.com", path), `307 ${address}`);
    });
  }

  const others = ["/", "/jupyter/", "/notebook", "/notebook/", "/notebooks/a/b/", "/x/notebook/a/b", "/Notebook/a/b/"];
  for (const path of others) {
    it(`are not where other paths of the gate lead to: ${path}`, () => {
      assert.equal(answerOf(gate, path), "goes on");
    });
  }

  const without = [
    "/notebook/a--b/c/",
    "/notebook/a/b--c/",
    "/notebook/xn/lab/",
    "/notebook/-a/lab/",
    "/notebook/a-/lab/",
    "/notebook/A/lab/",
    "/notebook/a/l.ab/",
    "/notebook/a/%6cab/",
    "/notebook//lab/",
    "/notebook/a//",
    `/notebook/${"a".repeat(40)}/${"b".repeat(22)}/`,
    `/tensorboard/${"a".repeat(30)}/${"b".repeat(20)}/`,
  ];
  for (const path of without) {
    it(`are not for what no host can be called after: ${path}`, () => {
      const { answer } = ask(gate, path);
      assert.equal(answer?.headers[":status"], "404");
      assert.match(answer.body, /single dashes/);
    });
  }

  it("are what the program calls them, for whatever name", () => {
    const name = fc.stringMatching(/^[a-z0-9-]{1,40}$/);
    fc.assert(
      fc.property(fc.constantFrom(...notebookKinds), name, name, ({ kind, path }, namespace, notebook) => {
        const expected = notebookHost(domain, { kind, namespace, name: notebook });
        const outcome = answerOf(gate, `/${path}/${namespace}/${notebook}/`);
        const isLabel = [namespace, notebook].every((text) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text));
        assert.equal(
          outcome,
          isLabel && "host" in expected ? `307 https://${expected.host}/${path}/${namespace}/${notebook}/` : "404",
        );
      }),
    );
  });

  it("are different for different notebooks", () => {
    const name = fc.stringMatching(/^[ab-]{1,5}$/);
    fc.assert(
      fc.property(fc.tuple(name, name), fc.tuple(name, name), ([a, b], [c, d]) => {
        const one = answerOf(gate, `/notebook/${a}/${b}/`);
        const other = answerOf(gate, `/notebook/${c}/${d}/`);
        const hostIn = (text: string) => /^307 (https:\/\/[^/]+)/.exec(text)?.[1];
        if (hostIn(one) !== undefined && hostIn(one) === hostIn(other)) {
          assert.deepEqual([a, b], [c, d]);
        }
      }),
    );
  });

  const lab = `team-a--lab.${domain}`;
  const served: [host: string, path: string, outcome: string][] = [
    [lab, "/notebook/team-a/lab/", "goes on"],
    [lab, "/notebook/team-a/lab/api/kernels?x=/notebook/b/c", "goes on"],
    [lab, "/notebook/team-a/lab", "goes on"],
    [lab, "/", "302 /notebook/team-a/lab/"],
    [`team-a--runs--tensorboard.${domain}`, "/", "302 /tensorboard/team-a/runs/"],
    [`team-a--disk--viewer.${domain}`, "/pvcviewers/team-a/disk/a.txt", "goes on"],
    [lab, "/notebook/team-a/other/", "404"],
    [lab, "/notebook/team-b/lab/", "404"],
    [lab, "/tensorboard/team-a/lab/", "404"],
    [lab, "/notebook/team-a/lab2/", "404"],
    [lab, "/pipeline/apis/v2beta1/runs", "404"],
    [lab, "/oauth2/userinfo", "404"],
    [lab, "/dex/auth", "404"],
    [lab, "*", "404"],
    [lab, "", "404"],
    [`lab.${domain}`, "/notebook/lab/", "404"],
    [`a.team-a--lab.${domain}`, "/notebook/team-a/lab/", "404"],
    [`team-a--lab--other.${domain}`, "/notebook/team-a/lab/", "404"],
    [`auth.${domain}`, "/oauth2/start?rd=x", "goes on"],
    [`auth.${domain}`, "/", `302 https://${gate}/`],
    [
      `auth.${domain}`,
      "/gatehouse/return/notebook/team-a/lab/tree?x=1",
      `302 https://team-a--lab.${domain}/notebook/team-a/lab/tree?x=1`,
    ],
    [
      `auth.${domain}`,
      "/gatehouse/return/tensorboard/a/b/",
      `302 https://a--b--tensorboard.${domain}/tensorboard/a/b/`,
    ],
    [`auth.${domain}`, "/gatehouse/return/notebook/a--b/c/", "404"],
    [`auth.${domain}`, "/gatehouse/return//evil.example.org/notebook/a/b", "404"],
    [`auth.${domain}`, "/gatehouse/return/", "404"],
    [`auth.${domain}`, "/gatehouse/return", "goes on"],
    [lab, "/gatehouse/return/notebook/team-a/lab/", "404"],
    [`${lab}:443`, "/notebook/team-a/lab/", "goes on"],
    [`${lab}:8443`, "/notebook/team-a/lab/", "421"],
    [`${lab}:`, "/notebook/team-a/lab/", "421"],
    [domain, "/notebook/team-a/lab/", "goes on"],
    ["grafana.kubeflow.example.com", "/notebook/team-a/lab/", "goes on"],
  ];
  for (const [host, path, outcome] of served) {
    it(`serve their own path alone: ${host}${path} is ${outcome}`, () => {
      assert.equal(answerOf(host, path), outcome);
    });
  }

  it("have one spelling for the rules behind", () => {
    const { headers } = ask(`Team-A--Lab.${domain}:443`, "/notebook/team-a/lab/");
    assert.deepEqual(valueOf({ headers }, ":authority"), [lab]);
  });

  const basic = "Basic eyJhbGciOiJub25lIn0=";
  const given: [text: string, forwarded: boolean][] = [
    ["token 0123456789abcdef", true],
    ["Basic dXNlcjpwYXNzd29yZA==", true],
    [basic, true],
    ["Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", false],
    ["bearer  eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", false],
    ["token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", false],
    // With a blank behind the brace, a line's end and a tab.
    ["Bearer eyAiYWxnIjoiUlMyNTYifQ.eyJzdWIiOiJ4In0.c2ln", false],
    ["Bearer ewogImFsZyI6IlJTMjU2In0.eyJzdWIiOiJ4In0.c2ln", false],
    ['Token token="ew0KImFsZyI6IlJTMjU2In0.e30.c2ln"', false],
    ["token e3b0c44298fc1c149afbf4c8996fb924", true],
    ["token e3b0c442.98fc1c14", true],
  ];
  for (const [text, forwarded] of given) {
    it(`take no Authorization, and keep for later what the settings allow and no more: ${text}`, () => {
      for (const forwards of [false, true]) {
        const result = ask(lab, "/notebook/team-a/lab/", [["authorization", text]], forwards);
        assert.deepEqual(valueOf(result, "authorization"), ["Ask-Notebooks"]);
        const kept = result.metadata["gatehouse:notebook_authorization"];
        assert.equal(kept, forwards && forwarded ? text : undefined);
      }
    });
  }

  it("leave none at sign-in, and a word of nobody's where a session is asked for", () => {
    const given: Header[] = [["authorization", "Bearer x"]];
    assert.deepEqual(valueOf(ask(`auth.${domain}`, "/oauth2/start", given), "authorization"), []);
    assert.deepEqual(valueOf(ask(lab, "/notebook/team-a/lab/", given), "authorization"), ["Ask-Notebooks"]);
    assert.deepEqual(valueOf(ask(lab, "/notebook/team-a/lab/"), "authorization"), ["Ask-Notebooks"]);
  });

  it("leave the Authorization of other hosts alone", () => {
    const result = ask(gate, "/pipeline/apis/v2beta1/runs", [["authorization", "Bearer x"]]);
    assert.deepEqual(valueOf(result, "authorization"), ["Bearer x"]);
  });

  it("are closed where the filter itself fails", () => {
    const broken = envoy.filter(filterFor(false).replace("local function apply(handle)", "local function apply()"), [
      [":authority", lab],
    ]);
    assert.equal(broken.answer?.headers[":status"], "500");
    assert.match(broken.logged.join("\n"), /notebook hosts: /);
  });

  it("take no time for a long path or a long name", () => {
    const start = performance.now();
    for (const path of [
      `/notebook/${"a".repeat(50_000)}/b/`,
      `/notebook/a/${"-".repeat(50_000)}`,
      "/".repeat(50_000),
    ]) {
      ask(gate, path);
      ask(lab, path);
      ask(`${path.slice(1).replaceAll("/", "-")}.${domain}`, "/");
    }
    const took = Math.round(performance.now() - start);
    assert.ok(took < 2000, `${took} ms`);
  });
});

describe("an Authorization that waited", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));
  const both = [
    filterFor(true),
    "local first = envoy_on_request",
    luaFilter("notebook-authorization.lua", {}),
    "local second = envoy_on_request",
    "function envoy_on_request(handle) first(handle); second(handle) end",
  ].join("\n");
  const authorizationOf = (authority: string, headers: readonly Header[]) =>
    envoy
      .filter(both, [[":authority", authority], [":path", "/notebook/team-a/lab/"], ...headers])
      .headers.filter(([name]) => name === "authorization")
      .map(([, value]) => value);

  it("comes back in the place of whatever is there", () => {
    assert.deepEqual(authorizationOf(`team-a--lab.${domain}`, [["authorization", "token a"]]), ["token a"]);
  });

  it("is nobody's where none was sent, whatever else the client sends", () => {
    const forged: Header[] = [["x-gatehouse-notebook-authorization", "Bearer stolen"]];
    assert.deepEqual(authorizationOf(`team-a--lab.${domain}`, forged), ["Ask-Notebooks"]);
    assert.deepEqual(authorizationOf(`grafana.${gate}`, forged), []);
    assert.deepEqual(authorizationOf(`grafana.${gate}`, [["authorization", "Bearer b"], ...forged]), ["Bearer b"]);
  });
});
