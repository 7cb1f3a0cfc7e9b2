import { type Rule, type StackRule } from "../../rule";
import { forbidHeaderVariables } from "./forbid-header-variables";
import { forbidKubernetesDashboard } from "./forbid-kubernetes-dashboard";
import { forbidMetadataEgress } from "./forbid-metadata-egress";
import { limitExposedServices } from "./limit-exposed-services";
import { limitGateways } from "./limit-gateways";
import { requireIdentityNetworkPolicy } from "./require-identity-network-policy";

/** Ways in beside the gateway, and what pods reach. */
export const rules: readonly Rule[] = [
  limitExposedServices,
  limitGateways,
  forbidKubernetesDashboard,
  forbidMetadataEgress,
  forbidHeaderVariables,
];

export const stackRules: readonly StackRule[] = [requireIdentityNetworkPolicy];
