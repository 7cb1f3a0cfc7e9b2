"use strict";

// The rules of kubeflow-gatehouse for everything that this program makes, in a pack of one's own.
const { PolicyPack } = require("@pulumi/policy");
const { crossguardPolicies, rules, stackRules } = require("kubeflow-gatehouse/policy");

new PolicyPack("team-platform", { policies: crossguardPolicies([...rules, ...stackRules]) });
