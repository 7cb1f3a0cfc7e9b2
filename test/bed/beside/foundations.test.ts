import assert from "node:assert/strict";
import { join } from "node:path";
import { helmArguments } from "../../../bed/beside/foundations/chart";
import {
  type Foundation,
  installedFoundations,
  refuseOtherFoundations,
} from "../../../bed/beside/foundations/foundations";
import { programsFor } from "../../../bed/beside/beside";
import { layout } from "../../../bed/node/layout";
import { takeDown } from "../../../bed/node/takeDown";
import { platformLayout } from "../../../bed/platform/layout";
import { writePrivateJson } from "../../../bed/platform/privateFiles";
import { kubeVersion } from "../../../cli/charts/helm";
import { BadInput } from "../../../cli/exit";
import { withBedState } from "../programs/folder";

describe("An Istio and a cert-manager of somebody else's on the bed", () => {
  withBedState();

  const both: readonly Foundation[] = ["own-cert-manager", "own-istio"];
  const bedWith = (had: readonly Foundation[]) => {
    writePrivateJson(platformLayout(layout().state).facts, {});
    if (had.length > 0) {
      writePrivateJson(join(layout().beside, "foundations.json"), had);
    }
  };

  it("may come to a bed on which nothing was deployed yet, and to one that has them already", () => {
    refuseOtherFoundations(both);
    refuseOtherFoundations([]);
    bedWith(both);
    refuseOtherFoundations(both);
    assert.deepEqual(installedFoundations(), both);
  });

  const refused: [what: string, had: readonly Foundation[], wanted: readonly Foundation[], said: string][] = [
    ["take over from the platform's own", [], both, "own-cert-manager, own-istio, on a bed with the platform's own"],
    ["give way to the platform's own", both, [], "the platform's own, on a bed with own-cert-manager, own-istio"],
    ["lose one of them", both, ["own-istio"], "own-istio, on a bed with own-cert-manager, own-istio"],
  ];
  for (const [what, had, wanted, said] of refused) {
    it(`cannot ${what} while the bed is up`, () => {
      bedWith(had);
      assert.throws(
        () => refuseOtherFoundations(wanted),
        (error) => error instanceof BadInput && error.problems[0]?.value === said,
      );
    });
  }

  it("are forgotten when the bed goes down", async () => {
    bedWith(both);
    await takeDown();
    assert.deepEqual(installedFoundations(), []);
    refuseOtherFoundations([]);
  });

  it("are rendered as helm would install them, the platform's values with the last word", () => {
    const values = ["/yours.yaml", "/gatehouse.yaml"];
    assert.deepEqual(
      helmArguments("/charts", { chart: "istiod", release: "istiod", namespace: "istio-system", values }).join(" "),
      `template istiod /charts/istiod --namespace istio-system --kube-version ${kubeVersion} --include-crds --no-hooks --values /yours.yaml --values /gatehouse.yaml`,
    );
  });

  it("need cert-manager's programs, without which the mode is left out", () => {
    assert.deepEqual(programsFor(["own-cert-manager"]), [
      "cert-manager-controller",
      "cert-manager-webhook",
      "cert-manager-cainjector",
      "cert-manager-startupapicheck",
    ]);
    assert.deepEqual(programsFor(["own-istio", "given-certificate"]), []);
  });
});
