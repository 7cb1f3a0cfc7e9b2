import { type Rule, type StackRule } from "../../rule";
import { forbidVulnerableVersions } from "./forbid-vulnerable-versions";

/** What runs has no published hole. */
export const rules: readonly Rule[] = [forbidVulnerableVersions];

export const stackRules: readonly StackRule[] = [];
