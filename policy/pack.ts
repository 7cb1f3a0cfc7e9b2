import { type Rule, type StackRule } from "./rule";
import { forbidClusterWideRequestAuthentication } from "./rules/istio/forbid-cluster-wide-request-authentication";
import { forbidSkipVerify } from "./rules/tls/forbid-skip-verify";

export const packName = "kubeflow-gatehouse";

/** Every rule over one object, in the order of the reference page. */
export const rules: readonly Rule[] = [forbidSkipVerify, forbidClusterWideRequestAuthentication];

/** Every rule over all objects together. */
export const stackRules: readonly StackRule[] = [];
