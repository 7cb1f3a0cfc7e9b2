import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { rules as dexRules } from "../../../../policy/rules/dex";
import { stackRules } from "../../../../policy/rules/oauth2-proxy";
import { rules as secretRules } from "../../../../policy/rules/secrets";
import { recordStack } from "../../../program/record";
import { findings, together } from "../../support";

describe("the platform's own objects", () => {
  for (const [stack, expected] of [
    ["prod", []],
    ["staging", []],
    // People sign in with passwords there, which the rule allows in a stack for development.
    ["dev", ["forbid-dex-static-passwords", "forbid-dex-static-passwords"]],
  ] as const) {
    it(`give no other finding about oauth2-proxy and Dex in ${stack} than is expected`, async () => {
      const recording = await recordStack(stack);
      const manifests = recording.objects.map(({ manifest }) => manifest as unknown as Manifest);
      assert(manifests.length > 50);
      const single = [...dexRules, ...secretRules].flatMap((rule) =>
        manifests.flatMap((manifest) => findings(rule, manifest).map(() => rule.name)),
      );
      const joined = stackRules.flatMap((rule) => together(rule, manifests).map(([, message]) => message));
      assert.deepEqual([...single, ...joined], expected);
    });
  }
});
