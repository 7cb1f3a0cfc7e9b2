/**
 * Addresses that nobody keeps. Kubernetes' controllers may write them everywhere and so do the policies let them; of what is
 * older nobody knows who wrote it. Where a Service selects pods its addresses are made anew by these controllers, whatever
 * somebody had written; where it doesn't they stay as they were, and an address of yesterday is another one's pod tomorrow.
 */
import { find, type Api } from "../../../cluster/api";
import { type HeldKind } from "./heldKinds";
import { type Stored } from "./stored";

const controller = "endpointslice-controller.k8s.io";

/** Why an object's addresses are nobody's to keep, or nothing. */
export async function keptByNobody(
  api: Api,
  { resource }: HeldKind,
  object: Stored,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace, name, labels = {} } = object.metadata;
  const isSlice = resource === "endpointslices";
  if (!hasAddresses(object, isSlice ? "endpoints" : "subsets")) {
    return undefined;
  }
  if (isSlice && labels["endpointslice.kubernetes.io/managed-by"] !== controller) {
    return `has addresses, and is not ${controller}'s`;
  }
  const service = isSlice ? labels["kubernetes.io/service-name"] : name;
  if (service === undefined) {
    return "has addresses, and is of no Service";
  }
  const path = `/api/v1/namespaces/${namespace}/services/${service}`;
  const selector = (await find<Stored>(api, path, signal))?.spec?.["selector"];
  return typeof selector === "object" && selector !== null && Object.keys(selector).length > 0
    ? undefined
    : `has addresses, and the Service ${service} selects no pods of its namespace`;
}

function hasAddresses(object: Stored, field: "endpoints" | "subsets"): boolean {
  const list = object[field];
  return Array.isArray(list) && list.length > 0;
}
