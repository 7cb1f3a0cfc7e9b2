import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { kubeVersion } from "../../../cli/charts/helm";
import { certManagerObjects, certManagerProblems } from "../../../documents/cert-manager/problems";
import { at } from "../../../documents/existing/difference";
import { lock } from "../../../stacks/lock";

const { version, repository } = lock.charts["cert-manager"];
const helm = process.env.GATEHOUSE_HELM ?? "helm";
const folder = process.env.GATEHOUSE_CHARTS;

function source(): string[] {
  if (folder === undefined) {
    return [`${repository}/cert-manager`, "--version", version];
  }
  const packaged = join(folder, `cert-manager-${version}.tgz`);
  return [existsSync(packaged) ? packaged : join(folder, "cert-manager")];
}

/** What the comparison says to what cert-manager's own chart makes of values. */
function compared(context: Mocha.Context, ...values: string[]): string[] {
  const args = ["template", "cert-manager", ...source(), "--namespace", "certs", "--kube-version", kubeVersion];
  const run = spawnSync(helm, [...args, ...values], { encoding: "utf8", timeout: 30_000, maxBuffer: 64 << 20 });
  if (run.status !== 0) {
    console.log("      left out: helm is not on PATH, or the chart is out of reach (GATEHOUSE_CHARTS names a folder)");
    context.skip();
  }
  const objects = parseAllDocuments(run.stdout).map((document) => document.toJS() as unknown);
  const find = (kind: string, name: string) =>
    objects.find((object) => at(object, "kind") === kind && at(object, "metadata", "name") === name);
  const found = {
    deployment: find("Deployment", certManagerObjects.deployment),
    editRole: find("ClusterRole", certManagerObjects.editRole),
  };
  assert(found.deployment && found.editRole);
  const required = { namespace: "certs", clusterResourceNamespace: "certs", version, podLabels: {} };
  return certManagerProblems(found, { ...required, ambientCredentials: false }).map(({ field }) => field);
}

describe("cert-manager's own chart", function () {
  this.timeout(60_000);

  it("has only its cluster roles in the way", function () {
    assert.deepEqual(
      compared(this),
      ["edit", "admin"].map(
        (to) => `ClusterRole cert-manager-edit: label rbac.authorization.k8s.io/aggregate-to-${to}`,
      ),
    );
  });

  it("passes without them, or with an approver of its owner's", function () {
    assert.deepEqual(compared(this, "--set", "global.rbac.aggregateClusterRoles=false"), []);
    assert.deepEqual(compared(this, "--set", "disableAutoApproval=true"), []);
  });

  it("is refused where it looks for Secrets elsewhere", function () {
    const values = ["global.rbac.aggregateClusterRoles=false", "clusterResourceNamespace=kube-system"];
    assert.deepEqual(compared(this, ...values.flatMap((value) => ["--set", value])), [
      "Deployment certs/cert-manager: --cluster-resource-namespace",
    ]);
  });
});
