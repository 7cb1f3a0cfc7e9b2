import { type Rule, type StackRule } from "../../rule";
import { forbidSkipVerify } from "./forbid-skip-verify";

/** In the order of the reference page. */
export const rules: readonly Rule[] = [forbidSkipVerify];

export const stackRules: readonly StackRule[] = [];
