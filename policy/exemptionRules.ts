import { type Remark } from "./exemptions";
import { type Framework, type Reference, type RuleFacts } from "./rule";

/** A rule about the pack's own config. It has no exemptions, or they could exempt themselves. */
export interface ExemptionRule extends RuleFacts {
  readonly remarks: readonly Remark["kind"][];
}

const framework: Framework = {
  name: "NIST SP 800-53",
  version: "5",
  reference: "CM-6",
  specification: "Configuration Settings",
};
const references: readonly Reference[] = [
  {
    id: "CM-6",
    url: "https://csrc.nist.gov/projects/cprt/catalog#/cprt/framework/version/SP_800_53_5_1_1/home?element=CM-06",
    about: "deviations from established settings are identified, documented and approved",
  },
];

export const exemptionRules: readonly ExemptionRule[] = [
  {
    name: "require-current-exemptions",
    title: "No exemption outlives its last day",
    why:
      "An exemption is a weakness that somebody answers for until a day. After that day nobody does, and what was meant " +
      "for a week would stay open for years.",
    mend: "Mend the object and remove the exemption, or give it a new last day with the reason of today.",
    severity: "medium",
    enforcementLevel: "mandatory",
    framework,
    references,
    settings: [],
    remarks: ["malformed", "expired"],
  },
  {
    name: "forbid-unused-exemptions",
    title: "Every exemption is still needed",
    why:
      "An exemption that matches no violation waits for one: the next object of that name is exempted, and nobody " +
      "decided that.",
    mend: "Remove the exemption, or correct its kind, namespace and name.",
    severity: "low",
    enforcementLevel: "advisory",
    framework,
    references,
    settings: [],
    remarks: ["unused"],
  },
];
