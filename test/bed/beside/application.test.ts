import assert from "node:assert/strict";
import { applicationNamespace, applicationObjects } from "../../../bed/beside/application";
import { modes } from "../../../bed/e2e/modes";
import { settingsOf } from "../e2e/modeSettings";

interface Made {
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: Record<string, unknown>;
}

describe("Somebody else's application beside the platform", () => {
  const objects = applicationObjects("192.0.2.10") as Made[];
  const specOf = (kind: string) => objects.find((one) => one.kind === kind)?.spec ?? assert.fail(kind);

  it("routes at the gate's own host, and stands in one namespace with all that is its", () => {
    const { hosts, gateways } = specOf("VirtualService");
    assert.deepEqual([hosts, gateways], [["192.0.2.10"], ["ingress/gatehouse"]]);
    const elsewhere = objects.filter(({ kind, metadata }) =>
      kind === "Namespace" ? metadata.name !== applicationNamespace : metadata.namespace !== applicationNamespace,
    );
    assert.deepEqual(elsewhere, []);
  });

  it("takes requests of the gateway's principal alone", () => {
    assert.deepEqual(specOf("AuthorizationPolicy")["rules"], [
      { from: [{ source: { principals: ["cluster.local/ns/ingress/sa/gatehouse-gateway"] } }] },
    ]);
  });

  it("is in a namespace that the settings of its modes name", () => {
    const own = modes.filter(({ beside = [] }) => beside.includes("application"));
    assert.ok(own.length > 0);
    for (const mode of own) {
      assert.deepEqual(settingsOf(mode).ingress.applicationNamespaces, [applicationNamespace]);
    }
  });
});
