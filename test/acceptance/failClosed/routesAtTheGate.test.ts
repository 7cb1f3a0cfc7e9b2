import assert from "node:assert/strict";
import { routesAtTheGate } from "../../../acceptance/checks/failClosed/routesAtTheGate";
import { type FakePlatform, fakePlatform, type Faults, hurry, outcomeOf } from "../cluster/fakePlatform";

describe("fail closed: routes at the gate", () => {
  let platform: FakePlatform | undefined;
  afterEach(() => platform?.close());

  const outcome = async (faults: Faults = {}) => {
    platform = await fakePlatform(faults);
    const { cluster } = platform;
    const hosts: unknown[] = [];
    cluster.before = ({ method, body }) => {
      const { kind, spec } = (body ?? {}) as { kind?: string; spec?: { hosts: string[]; gateways: string[] } };
      if (method === "POST" && kind === "VirtualService") hosts.push([spec?.hosts.join(), spec?.gateways.join()]);
    };
    const said = await outcomeOf(platform, (context) => routesAtTheGate(hurry).run(context));
    return {
      ...said,
      hosts,
      left: [...cluster.made.keys()].filter((path) => /^\/api\/v1\/namespaces\/[^/]+$/.test(path)),
    };
  };

  it("passes where a route of another namespace leads nowhere, and takes its namespace away", async () => {
    const { faults, right, figures, hosts, left } = await outcome();
    assert.deepEqual(faults, []);
    assert.equal(right.length, 5);
    assert.match(
      right.join("\n"),
      /unknown\.example with a token: .*\n.*\/dex\/ with nothing: .*\n.*\/oauth2\/ with nothing: /,
    );
    assert.deepEqual(figures, ["rounds in which nobody was led away"]);
    assert.deepEqual(
      hosts,
      ["kubeflow.example.com", "echo.kubeflow.example.com", "unknown.example", "*"].map((host) => [
        host,
        "ingress/gatehouse",
      ]),
    );
    assert.deepEqual(left, []);
  });

  it("fails where the gateway takes it", async () => {
    const { faults, right } = await outcome({ routesOfEverybody: true });
    assert.equal(faults.length, 5);
    assert.match(
      faults.join("\n"),
      /with a token: a route of a namespace that the settings don't name should lead nowhere; it answers/,
    );
    assert.deepEqual(right, []);
  });
});
