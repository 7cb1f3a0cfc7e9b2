import assert from "node:assert/strict";
import { type Manifest } from "../../../policy/manifest";
import { memberOf, type RuleFacts } from "../../../policy/rule";
import * as network from "../../../policy/rules/network";
import * as pods from "../../../policy/rules/pods";
import * as rbac from "../../../policy/rules/rbac";
import * as versions from "../../../policy/rules/versions";
import { run, runTogether } from "../../../policy/run";
import { settingSchemas } from "../../../policy/settings";
import { recordEverything, recordPlatform } from "../../program/record";
import { type Recording } from "../../program/recording";
import { production, settingsOf } from "../../stacks/fixture";
import { context } from "../support";

const areas = [pods, rbac, network, versions];
const rules = areas.flatMap((area) => area.rules);
const stackRules = areas.flatMap((area) => area.stackRules);
const all: readonly RuleFacts[] = [...rules, ...stackRules];

describe("the rules about pods, roles, the network and versions", () => {
  it("are these, at these levels and severities", () => {
    assert.deepEqual(
      all.map((rule) => [rule.name, rule.enforcementLevel, rule.severity, rule.framework.reference]),
      [
        ["require-rootless", "mandatory", "high", "CWE-250"],
        ["forbid-privilege-escalation", "mandatory", "high", "CWE-269"],
        ["limit-capabilities", "mandatory", "medium", "CWE-250"],
        ["require-seccomp", "mandatory", "medium", "CWE-653"],
        ["forbid-host-access", "mandatory", "high", "CWE-653"],
        ["limit-volume-types", "mandatory", "high", "CWE-668"],
        ["limit-kernel-settings", "mandatory", "medium", "CWE-693"],
        ["require-read-only-root", "mandatory", "medium", "CWE-732"],
        ["require-memory-limits", "advisory", "low", "CWE-770"],
        ["require-fixed-image", "mandatory", "medium", "CWE-494"],
        ["forbid-default-credentials", "mandatory", "critical", "CWE-1392"],
        ["forbid-rbac-wildcards", "mandatory", "high", "CWE-732"],
        ["forbid-cluster-admin", "mandatory", "critical", "CWE-250"],
        ["forbid-escalation-verbs", "mandatory", "critical", "CWE-269"],
        ["forbid-escalation-resources", "mandatory", "critical", "CWE-269"],
        ["forbid-anonymous-access", "mandatory", "high", "CWE-306"],
        ["limit-exposed-services", "mandatory", "high", "CWE-1327"],
        ["limit-gateways", "mandatory", "high", "CWE-288"],
        ["forbid-kubernetes-dashboard", "mandatory", "high", "CWE-749"],
        ["forbid-metadata-egress", "mandatory", "high", "CWE-918"],
        ["forbid-header-variables", "mandatory", "high", "CWE-201"],
        ["forbid-vulnerable-versions", "mandatory", "critical", "CWE-1395"],
        ["forbid-needless-token", "mandatory", "medium", "CWE-272"],
        ["forbid-unused-token", "advisory", "low", "CWE-272"],
        ["limit-secret-access", "mandatory", "high", "CWE-522"],
        ["forbid-tenant-mesh-access", "mandatory", "high", "CWE-862"],
        ["require-identity-network-policy", "mandatory", "high", "CWE-284"],
      ],
    );
  });

  for (const { name, title, why, mend, references, framework } of all) {
    it(`say what ${name} is for, how to mend, and where that comes from`, () => {
      assert.match(name, /^(forbid|require|limit)(-[a-z0-9]+)+$/);
      for (const text of [why, mend]) assert.match(text, /^[A-Z].{20,}\.$/);
      assert.match(title, /^[A-Z][^.]{5,60}$/);
      assert.ok(references.some(({ id }) => id === framework.reference));
      for (const { id, url, about } of references) {
        assert.match(url, /^https:\/\//, id);
        assert.match(about, /^\S.{8,}[^.]$/, id);
      }
    });
  }

  it("read settings that the defaults fit", () => {
    for (const key of all.flatMap(({ settings }) => settings)) {
      const schema = settingSchemas[key];
      if (schema.type === "string") assert.match(schema.default, new RegExp(schema.pattern));
      else for (const item of schema.default) assert.match(item, new RegExp(schema.items.pattern));
    }
  });

  for (const [what, record] of [
    ["production", () => recordPlatform(settingsOf(production()))],
    ["everything on", recordEverything],
  ] as const) {
    it(`have nothing against this platform's own objects: ${what}`, async () => {
      assert.deepEqual(findingsOn(await record()), []);
    });
  }
});

function findingsOn({ objects }: Recording): string[] {
  const manifests = objects.map(({ manifest }) => manifest as unknown as Manifest);
  assert(manifests.length > 50);
  const members = manifests.map((manifest) => memberOf(manifest, () => "default"));
  const alone = rules.flatMap((rule) =>
    manifests.flatMap((manifest) => run(rule, manifest, context).map((finding) => ({ rule, manifest, finding }))),
  );
  const together = stackRules.flatMap((rule) =>
    runTogether(rule, members, context).map(({ about, finding }) => ({ rule, manifest: about?.manifest, finding })),
  );
  return [...alone, ...together].map(
    ({ rule, manifest, finding }) =>
      `${rule.name} on ${manifest?.kind}: ${finding.kind === "violation" ? finding.message : finding.field}`,
  );
}
