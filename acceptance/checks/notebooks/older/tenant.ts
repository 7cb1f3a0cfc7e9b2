import { type Api } from "../../../cluster/api";
import { make, type Sandbox } from "../../../cluster/sandbox";
import { waitFor } from "../../../cluster/wait";
import { heldKinds, type ServedKind } from "./heldKinds";
import { madeByTenant } from "./judges";
import { described } from "./verdict";

/** Somebody with no rights but those in one namespace. */
export const tenant = "gatehouse-verify-tenant";

/** What every person may have in a profile. */
const ordinary = { selector: { app: "lab" }, ports: [{ name: "http", port: 80, protocol: "TCP" }] };

const services: ServedKind = { group: "", resource: "services", kind: "Service", apiVersion: "v1" };

/** Gives somebody a profile's rights in the sandbox, where as `tenant` nothing is made but dry. */
export async function makeTenant(sandbox: Sandbox, asTenant: Api, within = 15_000): Promise<void> {
  const { namespace, signal } = sandbox;
  const name = tenant;
  const rules = heldKinds.addresses.map(({ group, resource }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: ["create"],
  }));
  const rbac = "rbac.authorization.k8s.io";
  await make(sandbox, { apiVersion: `${rbac}/v1`, kind: "Role", metadata: { name }, rules });
  await make(sandbox, {
    apiVersion: `${rbac}/v1`,
    kind: "RoleBinding",
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: "Role", name },
    subjects: [{ apiGroup: rbac, kind: "User", name }],
  });
  const service = { metadata: { name: "lab", namespace, uid: "" }, spec: ordinary };
  const look = async () => {
    const verdict = await madeByTenant(asTenant, namespace)(services, service, signal);
    if (verdict.is !== "admitted") {
      throw new Error(`came ${described(verdict)}; the kubeconfig's user has to be one who may impersonate`);
    }
    return true;
  };
  await waitFor("somebody who may write in a profile alone makes a Service there", look, { within, signal });
}
