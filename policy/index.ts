import { PolicyPack } from "@pulumi/policy";
import { crossguardPolicies } from "./crossguard";
import { packName, rules, stackRules } from "./pack";

// Constructing the pack starts its Analyzer service.
new PolicyPack(packName, { enforcementLevel: "mandatory", policies: crossguardPolicies([...rules, ...stackRules]) });
