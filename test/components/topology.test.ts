import { strict as assert } from "node:assert";
import * as topology from "../../components/topology";
import { podsOf } from "../program/pods";
import { recordEverything } from "../program/record";

describe("the platform's names", () => {
  it("are spelled as Istio and Kubernetes spell them", () => {
    assert.equal(topology.principal("ns", "account"), "cluster.local/ns/ns/sa/account");
    assert.equal(topology.serviceHost("name", "ns"), "name.ns.svc.cluster.local");
    assert.deepEqual(topology.hostsOf("example.com"), { gate: "example.com", echo: "echo.example.com" });
    assert.equal(topology.issuerOf({ gate: "example.com", echo: "" }), "https://example.com/dex");
    assert.equal(topology.metadataServer, "169.254.169.254/32");
  });

  it("are those of the objects that the program makes", async () => {
    const recording = await recordEverything();
    assert.deepEqual(
      recording
        .all("Namespace")
        .map(({ metadata }) => metadata.name)
        .sort(),
      // Only an Istio that exists already leaves no place beside it: existing.test.ts.
      Object.values(topology.namespaces)
        .filter((name) => name !== topology.namespaces.keys)
        .sort(),
    );
    for (const { name, namespace } of [topology.dex, topology.oauth2Proxy, topology.echo]) {
      assert(podsOf(recording).some((pod) => pod.name === name && pod.namespace === namespace));
      recording.object("Service", name, namespace);
      recording.object("ServiceAccount", name, namespace);
    }
    const { values, namespace } = recording.chart(topology.gateway.name);
    assert.deepEqual(values.serviceAccount, { create: false, name: topology.gateway.serviceAccount });
    assert.equal(topology.gateway.principal, topology.principal(namespace, topology.gateway.serviceAccount));
    assert.equal(topology.gateway.reference, `${namespace}/${topology.gateway.resource}`);
    assert.equal(topology.internalGate.host, topology.serviceHost(topology.internalGate.name, namespace));
  });
});
