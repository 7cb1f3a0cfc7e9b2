import { strict as assert } from "node:assert";
import { type Described, describedSettings } from "../../stacks/described";
import { everythingInput } from "../../stacks/everything";
import { type Settings } from "../../stacks/schema";
import { type Difference, differences } from "../program/differences";
import { recordIndex, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, raw, settingsOf, type Tree } from "../stacks/fixture";
import { apps } from "./settingEffects/apps";
import { edge, makeCertificates } from "./settingEffects/edge";
import { restart } from "./settingEffects/effect";
import { foundations } from "./settingEffects/foundations";
import { gate } from "./settingEffects/gate";
import { identity } from "./settingEffects/identity";
import { machines } from "./settingEffects/machines";
import { notebooks } from "./settingEffects/notebooks";
import { providers } from "./settingEffects/providers";
import { operations } from "./settingEffects/operations";

const effects = [
  ...gate,
  ...edge,
  ...identity,
  ...providers,
  ...machines,
  ...apps,
  ...notebooks,
  ...foundations,
  ...operations,
];

const everything = everythingInput as unknown as Tree;

/** Every place where the schema wants a plain value, `[]` for an entry of a list. */
function* leavesOf({ anyOf, oneOf, properties, items }: Described, path = ""): Generator<string> {
  for (const branch of anyOf ?? oneOf ?? []) {
    yield* leavesOf(branch, path);
  }
  for (const [key, inner] of Object.entries(properties ?? {})) {
    yield* leavesOf(inner, path === "" ? key : `${path}.${key}`);
  }
  if (items !== undefined) {
    yield* leavesOf(items, `${path}[]`);
  }
  if (!anyOf && !oneOf && !properties && !items) {
    yield path;
  }
}

/** Settings whose effect is not in the list of effects, and where it is tested. */
const elsewhere: Record<string, string> = {
  environment: "chooses a preset: below",
  "certManager.type": "test/components/existing.test.ts",
  "istio.type": "test/components/existing.test.ts",
  "certificates.edge.challenge.provider.type": "chooses a solver: acme.test.ts",
  "certificates.edge.challenge.provider.auth.type": "chooses how cert-manager is known: acme.test.ts",
  "certificates.edge.privateKey": "changes with the certificate: edgeModes.test.ts",
  "identity.connectors[].type": "test/components/dexConnectors.test.ts",
  "identity.provider.type": "test/components/identityProvider.test.ts",
  "identity.provider.storage.type": "test/components/dexConnectors.test.ts",
  "identity.provider.idTokenLifetime": "is compared: test/stacks/crossChecks.test.ts",
  "sessions.storage.type": "test/components/identityProvider.test.ts",
  "machines.issuers[].name": "is for people: below",
  "notebooks.mode": "brings everything that is theirs: notebooks.test.ts",
};

describe("every setting", () => {
  it("has a test that shows its effect", () => {
    const tested = [...effects.map(({ setting }) => setting), ...Object.keys(elsewhere)];
    assert.deepEqual([...new Set(leavesOf(describedSettings()))].sort(), tested.sort());
  });
});

describe("the setting", () => {
  let before_: Recording;
  const recordOf = (settings: Settings) => recordPlatform(settings);
  before(async () => (before_ = await recordOf(settingsOf(everything))));
  before(makeCertificates);

  const bases = new Map<() => Tree, Promise<Recording>>();
  const recordBase = (base: () => Tree, secretKeys: string[]) => {
    const recorded = bases.get(base) ?? recordOf(settingsOf(base(), { secretKeys }));
    bases.set(base, recorded);
    return recorded;
  };

  for (const effect of effects) {
    it(`${effect.setting} changes what it is for, and nothing else`, async () => {
      // Only now: some values are certificates, which are made before the first test.
      const { setting, base, at = setting.replaceAll("[]", "[0]"), value, secret = false, changes } = effect;
      const from = base === undefined ? everything : base();
      const secretKeys = secret === false ? [] : [secret === true ? (setting.split(".")[0] ?? "") : secret];
      const settings = settingsOf(changed(from, at, value), { secretKeys });
      const untouched = base === undefined ? before_ : await recordBase(base, secretKeys);
      const found = differences(untouched, await recordOf(settings));
      assert.notDeepEqual(found, {}, "the setting has no effect");
      if (typeof changes === "function") {
        changes(found);
      } else {
        assert.deepEqual(withRestarts(found), changes);
      }
    });
  }

  it("environment brings its preset along", async () => {
    const least = changed(
      changed(changed(everything, "echo", undefined), "identity.staticUsers", undefined),
      "network",
      undefined,
    );
    const recordings = await Promise.all(
      ["staging", "prod"].map((environment) => recordOf(settingsOf(changed(least, "environment", environment)))),
    );
    const [staging, prod] = recordings as [Recording, Recording];
    assert.deepEqual(withRestarts(differences(staging, prod)), {
      "Chart cert-manager: values.webhook.replicaCount": [2, 3],
      "Chart istiod: values.autoscaleMin": [2, 3],
      "Chart gatehouse-gateway: values.autoscaling.minReplicas": [2, 3],
      "Chart gatehouse-gateway: values.autoscaling.maxReplicas": [5, 10],
      "Deployment auth/dex: spec.replicas": [2, 3],
      "Deployment auth/oauth2-proxy: spec.replicas": [2, 3],
      "Deployment istio-system/cluster-keys: spec.replicas": [2, 3],
      "EnvoyFilter ingress/gatehouse: spec.configPatches[2].patch.value.typed_config.mutations.response_mutations[0].append.header.value":
        ["max-age=86400; includeSubDomains", "max-age=31536000; includeSubDomains"],
    });
  });

  it("machines.issuers[].name stands in the next steps", async () => {
    const { values, project, stack } = raw(changed(everything, "machines.issuers[0].name", "on-premises"));
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`${project}:${key}`, value]));
    const { next } = (await recordIndex({ stack, config })).stackOutputs as { next: string[] };
    assert(
      next.some((step) => step.includes('"on-premises"') && step.includes("pipelines.kubeflow.org")),
      next.join("\n"),
    );
  });

  it("nobody touched changes nothing from one run to the next", async () => {
    assert.deepEqual(differences(before_, await recordOf(settingsOf(everything))), {});
  });
});

function withRestarts(found: Record<string, Difference>): Record<string, Difference | typeof restart> {
  return Object.fromEntries(
    Object.entries(found).map(([place, difference]) => [place, place.endsWith("/restart-on") ? restart : difference]),
  );
}
