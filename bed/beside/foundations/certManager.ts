import { join } from "node:path";
import { stringify } from "yaml";
import { namespaces } from "../../../stacks/namespaces";
import { kubectl } from "../../node/controlPlane";
import { layout } from "../../node/layout";
import { patiently } from "../../node/wait";
import { writePrivate } from "../../platform/privateFiles";
import { type Ground, installChart } from "./chart";

/** The settings of a mode that stands on this one. */
export const companyCertManager = { type: "existing", namespace: namespaces.certManager } as const;

/** As docs/14-bring-your-own.md has it, and otherwise by the chart's own defaults. */
const values = { crds: { enabled: true }, global: { rbac: { aggregateClusterRoles: false } } };

/** What its webhook has to be asked about before anybody may have an issuer. */
const trial = {
  apiVersion: "cert-manager.io/v1",
  kind: "Issuer",
  metadata: { name: "trial", namespace: "default" },
  spec: { selfSigned: {} },
};

/** A cert-manager of somebody else's, which answers when this ends. */
export async function installCertManager(ground: Ground): Promise<void> {
  const { namespace } = companyCertManager;
  const file = writePrivate(join(layout().beside, "cert-manager.yaml"), stringify(values));
  await installChart(ground, { chart: "cert-manager", release: "cert-manager", namespace, values: [file] });
  const { programs } = ground;
  for (const part of ["cert-manager", "cert-manager-cainjector", "cert-manager-webhook"]) {
    await kubectl(programs, ["-n", namespace, "rollout", "status", `deployment/${part}`, "--timeout=240s"]);
  }
  await patiently("the webhook of the company's cert-manager", 120, () =>
    kubectl(programs, ["create", "--dry-run=server", "-f", "-"], JSON.stringify(trial)),
  );
}
