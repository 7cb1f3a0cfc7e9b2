import { type Rule } from "./rule";
import { forbidClusterWideRequestAuthentication } from "./rules/istio/forbid-cluster-wide-request-authentication";
import { forbidSkipVerify } from "./rules/tls/forbid-skip-verify";

export const packName = "kubeflow-gatehouse";

/** Every rule of the pack, in the order of the reference page. */
export const rules: readonly Rule[] = [forbidSkipVerify, forbidClusterWideRequestAuthentication];
