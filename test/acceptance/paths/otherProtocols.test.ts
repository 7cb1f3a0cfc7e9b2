import assert from "node:assert/strict";
import { http2Fields } from "../../../acceptance/checks/paths/http2";
import { upgradeTricks } from "../../../acceptance/checks/paths/upgrades";
import { type Check } from "../../../acceptance/check";
import { contextFor, type FakeAnswer, type FakeRequest } from "../fakeGate";
import { http2Gate } from "../http/http2Gate";
import { only } from "./only";

/** Refuses over both protocols, as far as Node's server hands a request on at all. */
async function resultOf(check: Check, mistake: (request: FakeRequest) => FakeAnswer | undefined = () => undefined) {
  const gate = await http2Gate((request) => {
    const { path, host, headers } = request;
    const wrong = mistake(request);
    if (wrong !== undefined) {
      return wrong;
    }
    if (path === "/dex/.well-known/openid-configuration") {
      return { body: { issuer: new URL("/dex", gate.target.gate).href } };
    }
    const status =
      path === "/oauth2/auth" ? 401 : /^\/(dex|oauth2)\/probe/.test(path) && !host.startsWith("echo") ? 404 : 403;
    return { status, headers: headers["content-type"]?.startsWith("application/grpc") ? { "grpc-status": "7" } : {} };
  });
  try {
    const context = contextFor(gate.target);
    await check.run(context);
    return context.probe;
  } finally {
    await gate.close();
  }
}

const shown = ({ headers }: FakeRequest): FakeAnswer => ({ body: { user: null, groups: [], headers } });

describe("the check of fields of HTTP/2", () => {
  const few =
    /^path (\/probe|\/dex\/\.\.\/probe|\/dex\/\.\.%2fprobe)$|another host|:path twice|x: a|and transfer_encoding|and a length of nothing/;

  it("passes where everything is refused, and has much to try", async () => {
    const { pick, all } = only(few);
    const { faults, right } = await resultOf(http2Fields(pick));
    assert.deepEqual(faults, []);
    assert.ok(all() > 200, `${all()} in all`);
    assert.match(right.join("\n"), /^\d+ were answered, [1-9]\d* refused without an answer/m);
  });

  it("finds a path that gets through, a host that is believed, and other people's answers that are spoilt", async () => {
    let spoilt = false;
    const { faults } = await resultOf(http2Fields(only(few).pick), (request) => {
      const { path, headers, method } = request;
      spoilt ||= method === "POST" && path === "/oauth2/probe";
      if (path === "/oauth2/auth" && spoilt) {
        return { status: 200 };
      }
      return path === "/dex/..%2fprobe" || (headers["host"] !== undefined && path === "/dex/probe")
        ? shown(request)
        : undefined;
    });
    const said = faults.join("\n");
    assert.match(
      said,
      /^kubeflow.example.com: path \/dex\/..%2fprobe: .*; came status 200 and the application's answer$/m,
    );
    assert.match(said, /another host: .*; came status 200/);
    assert.match(
      said,
      /at \/oauth2\/probe: other people's requests should be answered as before; oauth2-proxy's decision .* 200$/m,
    );
  });

  it("proves nothing where no request is answered at all", async () => {
    const { faults } = await resultOf(http2Fields(only(/^path \/probe$/).pick), ({ lines }) =>
      lines.some(([name]) => name === ":path") ? "drop" : undefined,
    );
    assert.match(faults.join("\n"), /none of the requests over HTTP\/2 was answered/);
  });
});

describe("the check of upgrades", () => {
  const few =
    /^(a websocket|HTTP\/2 without TLS) at \/(probe|dex\/probe)$|^application\/grpc at|^a call of application\/grpc$|^websocket at/;

  it("passes where everything is refused, calls of gRPC in their own words", async () => {
    const { pick } = only(few);
    const { faults, tried } = await resultOf(upgradeTricks(pick));
    assert.deepEqual(faults, []);
    assert.ok(tried > 15, `${tried} tried`);
  });

  it("finds a call that gets through", async () => {
    const { faults } = await resultOf(upgradeTricks(only(few).pick), ({ headers }) =>
      headers["content-type"] === "application/grpc" ? { headers: { "grpc-status": "0" } } : undefined,
    );
    assert.match(faults.join("\n"), /^kubeflow.example.com: application\/grpc at .*; came status 200$/m);
    assert.match(faults.join("\n"), /HTTP\/2: a call of application\/grpc: .*; came status 200$/m);
  });
});
