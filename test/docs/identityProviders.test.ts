import { strict as assert } from "node:assert";
import { type Manifest as PolicyManifest } from "../../policy/manifest";
import { rules } from "../../policy/pack";
import { connector } from "../../stacks/connectors";
import { findings } from "../policy/support";
import { recordPlatform } from "../program/record";
import { production, settingsOf, type Tree } from "../stacks/fixture";
import { companyCa } from "../stacks/identities";
import { blocksIn, settingsIn, textOf } from "./settings";

const page = textOf("docs/10-identity-providers.md");

/** The page leaves certificates out. */
const withCertificates = (text: string) =>
  text.replace(/^( *)-----BEGIN CERTIFICATE-----\n *…\n *-----END CERTIFICATE-----/gm, (_, indent: string) =>
    companyCa
      .trimEnd()
      .split("\n")
      .map((line) => indent + line)
      .join("\n"),
  );

const examples = blocksIn(withCertificates(page), "yaml").map((block): [string, Tree] => [
  block.heading,
  settingsIn(block) ?? {},
]);

describe("the page about identity providers", () => {
  it("has an example for every type of connector, and under every heading", () => {
    const types = examples.flatMap(([, { identity }]) =>
      ((identity as Tree).connectors as { type: string }[] | undefined)?.map(({ type }) => type),
    );
    const known = connector.options.map(({ shape }) => shape.type.value);
    assert.deepEqual(
      known.filter((type) => !types.includes(type)),
      [],
    );
    assert.equal(examples.length, 10);
  });

  for (const [heading, settings] of examples) {
    it(`shows settings that come up as they stand: ${heading}`, async () => {
      const { objects } = await recordPlatform(settingsOf({ ...production(), ...settings }));
      assert(objects.length > 50);
      const rejected = objects.flatMap(({ manifest }) =>
        rules.flatMap((rule) => findings(rule, manifest as unknown as PolicyManifest)),
      );
      assert.deepEqual(rejected, []);
    });
  }
});

describe("a week without signing in again", () => {
  it("is as long in the cookie as in Dex's refresh tokens, with ID tokens of an hour", async () => {
    const [, settings = {}] = examples.find(([heading]) => heading.startsWith("A week")) ?? [];
    const recording = await recordPlatform(settingsOf({ ...production(), ...settings }));
    const text = (name: string) =>
      Object.values(recording.object<{ data: Record<string, string> }>("ConfigMap", name, "auth").data).join("\n");
    assert.match(text("oauth2-proxy"), /^cookie_expire = "168h"$/m);
    assert.match(text("oauth2-proxy"), /^cookie_refresh = "45m"$/m);
    assert.match(text("dex"), /^ {4}validIfNotUsedFor: 168h\n {4}absoluteLifetime: 168h$/m);
    assert.match(text("dex"), /^ {2}idTokens: 1h$/m);
  });
});
