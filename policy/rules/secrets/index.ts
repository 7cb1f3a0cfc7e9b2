import { type Rule, type StackRule } from "../../rule";
import { forbidPublishedSecrets } from "./forbid-published-secrets";

/** In the order of the reference page. */
export const rules: readonly Rule[] = [forbidPublishedSecrets];

export const stackRules: readonly StackRule[] = [];
