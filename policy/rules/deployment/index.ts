import { type Rule, type StackRule } from "../../rule";
import { requireVisiblePatches } from "./require-visible-patches";

/** What gets into the cluster is what the other rules have seen. */
export const rules: readonly Rule[] = [requireVisiblePatches];

export const stackRules: readonly StackRule[] = [];
