import { PolicyPack } from "@pulumi/policy";
import { Config, getProject, getStack } from "@pulumi/pulumi";
import { crossguardPolicies } from "./crossguard";
import { environmentOfStack } from "./levels";
import { packName, rules, stackRules } from "./pack";
import { keepStructs } from "./sdkStructs";

keepStructs();

// The engine starts the pack for one stack, with its name and its configuration. Without any, as where a pack is published,
// everything is as strict as in production.
const environment = environmentOfStack(getStack(), new Config(getProject()).get("environment"));

// Constructing the pack starts its Analyzer service.
new PolicyPack(packName, {
  enforcementLevel: "mandatory",
  policies: crossguardPolicies([...rules, ...stackRules], { environment }),
});
