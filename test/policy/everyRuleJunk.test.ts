import fc from "fast-check";
import assert from "node:assert/strict";
import { type Manifest } from "../../policy/manifest";
import { rules, stackRules } from "../../policy/pack";
import { type Rule, type StackRule } from "../../policy/rule";
import { everyEvidence } from "./everyRule/all";
import { deployed } from "./everyRule/deployed";
import { junk, placesIn, replaced, type Steps, valueAt } from "./everyRule/mutations";

const all: readonly (Rule | StackRule)[] = [...rules, ...stackRules];

/** Of the processor's time, so that a busy machine fails nothing: many times what the slowest takes, in milliseconds. */
const patience = 3_000;

/** Kind and version say which object it is; with others it is another one, and none of a rule's. */
const looked = ([first]: Steps) => first !== "apiVersion" && first !== "kind";

/** Objects with one value of one of them replaced. */
function mutated(manifests: readonly Manifest[]): fc.Arbitrary<Manifest[]> {
  const places = manifests.flatMap((manifest, index) =>
    placesIn(manifest)
      .filter(looked)
      .map((steps) => [index, steps] as const),
  );
  return fc
    .tuple(fc.constantFrom(...places), junk)
    .map(([[at, steps], value]) =>
      manifests.map((manifest, index) => (index === at ? replaced(manifest, steps, value) : manifest)),
    );
}

describe("whatever stands in an object", () => {
  // mocha has every error keep its whole stack, which for each of a parser's thousand errors, a thousand calls deep, takes
  // seconds; a preview keeps Node's ten lines.
  const { stackTraceLimit } = Error;
  before(() => (Error.stackTraceLimit = 10));
  after(() => (Error.stackTraceLimit = stackTraceLimit));

  for (const rule of all) {
    it(`${rule.name} comes to an end with it, soon and without an error`, () => {
      const { passes = [], fails = [] } = everyEvidence[rule.name] ?? {};
      fc.assert(
        fc.property(fc.oneof(mutated(passes), mutated(fails)), (manifests) => {
          const start = process.cpuUsage();
          for (const message of deployed(rule, manifests)) assert.notEqual(message, "");
          const { user, system } = process.cpuUsage(start);
          assert.ok((user + system) / 1000 < patience, `it took ${(user + system) / 1000} ms`);
        }),
        { numRuns: 40 },
      );
    });
  }
});

describe("an object that can't be read", () => {
  for (const image of [5, true, ["web"], { name: "web" }]) {
    it(`is not let through with the image ${JSON.stringify(image)}`, () => {
      const [deployment] = everyEvidence["require-fixed-image"]?.passes ?? [];
      assert.ok(deployment);
      const steps = ["spec", "template", "spec", "containers", 0, "image"];
      const said = all.flatMap((rule) => deployed(rule, [replaced(deployment, steps, image)]));
      assert.match(said.join("\n"), /containers\[0\]\.image is .*, where Kubernetes expects a string/);
    });
  }

  /** Free text or anything that its owner likes: what a rule doesn't know there is for others to refuse. */
  const free = (steps: Steps) => steps.some((step) => step === "annotations" || step === "patch");
  const shapes = (value: unknown): unknown[] =>
    Array.isArray(value) ? ["junk", 5, { junk: "junk" }] : ["junk", 5, true, ["junk"]];

  for (const rule of all) {
    it(`is not let through where ${rule.name} would have rejected it`, () => {
      const { passes = [], fails = [] } = everyEvidence[rule.name] ?? {};
      for (const [index, manifest] of fails.entries()) {
        const right = passes.find(({ kind, metadata }) => kind === manifest.kind && sameName(metadata, manifest));
        for (const steps of placesIn(manifest).filter((place) => looked(place) && !free(place))) {
          const value = valueAt(manifest, steps);
          if (typeof value !== "object" || value === null) continue;
          // Only on the way to what is wrong.
          if (right && JSON.stringify(value) === JSON.stringify(attempt(() => valueAt(right, steps)))) continue;
          for (const shape of shapes(value)) {
            const broken = fails.map((each, at) => (at === index ? replaced(each, steps, shape) : each));
            assert.ok(
              [rule, ...all].some((each) => deployed(each, broken).length > 0),
              `${steps.join(".")} is ${JSON.stringify(shape)}, and nothing is said`,
            );
          }
        }
      }
    });
  }
});

function sameName(metadata: unknown, manifest: Manifest): boolean {
  return JSON.stringify(metadata) === JSON.stringify(manifest["metadata"]);
}

function attempt(look: () => unknown): unknown {
  try {
    return look();
  } catch {
    return undefined;
  }
}
