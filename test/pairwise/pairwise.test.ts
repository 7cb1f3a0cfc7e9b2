import { strict as assert } from "node:assert";
import { settingsSchema } from "../../stacks/schema";
import { authority, type Issued, issue } from "../acceptance/certificates";
import { defectsOf } from "../program/defects";
import { recordPlatform } from "../program/record";
import { problemsOf, project, settingsOf } from "../stacks/fixture";
import { type Choice, type Combination, cover, pairsIn, pairsOf, spelled } from "./cover";
import { dimensions, plain, ruledOut, secretKeys, secrets, settingsFor } from "./ways";

const combinations = cover(
  dimensions,
  ruledOut.map(({ pair }) => pair),
);
const described = (combination: Combination) => Object.values(combination).join(", ");

/** The zones take turns among the combinations with DNS-01. */
const turnOf = (combination: Combination) =>
  combinations.filter(({ tls }) => tls === combination.tls).indexOf(combination);

let pair: Issued;
before(
  "a certificate for the stack's hosts",
  async () => (pair = await issue(await authority(), ["kubeflow.example.com", "*.kubeflow.example.com"])),
);

describe("pairwise, a stack", () => {
  const recorded = new Set<string>();

  for (const combination of combinations) {
    const stack = combination.stack ?? "";
    it(`of ${described(combination)} records without a defect`, async () => {
      const tree = settingsFor(combination, pair, turnOf(combination));
      assert.deepEqual(problemsOf(tree, { stack, secretKeys }), []);
      const settings = settingsOf(tree, { stack, secretKeys });
      const recording = await recordPlatform(settings, { stack });
      assert(recording.objects.length > 40);
      assert.deepEqual(await defectsOf(recording, [...Object.values(secrets), pair.key], settings.environment), []);
      pairsIn(combination).forEach((each) => recorded.add(spelled(each)));
    });
  }

  it("was recorded for every pair of ways but those that are ruled out", () => {
    const never = new Set(ruledOut.map(({ pair: each }) => spelled(each)));
    const possible = pairsOf(dimensions)
      .map(spelled)
      .filter((text) => !never.has(text));
    assert.deepEqual([...recorded].sort(), possible.sort());
    assert.equal(recorded.size + ruledOut.length, pairsOf(dimensions).length);
  });
});

describe("a pair that is ruled out", () => {
  const problemsWith = (choices: readonly Choice[]) => {
    const combination = { ...plain, ...Object.fromEntries(choices) };
    return problemsOf(settingsFor(combination, pair, 0), { stack: combination.stack ?? "", secretKeys });
  };

  for (const { pair: choices, reason, keys, mend } of ruledOut) {
    it(`is refused for itself alone: ${spelled(choices)}, because ${reason}`, () => {
      const problems = problemsWith(choices);
      assert.deepEqual(
        problems.map(({ key }) => key),
        keys.map((key) => `${project}:${key}`),
      );
      for (const problem of problems) {
        assert.match(problem.mend, mend);
      }
    });
  }

  it("is of two ways that pass each by itself", () => {
    for (const [name, values] of Object.entries(dimensions)) {
      for (const value of values) {
        assert.deepEqual(problemsWith([[name, value]]), [], value);
      }
    }
  });
});

/** What a schema may be made of, as far as a path can lead through it. */
interface Node {
  shape?: Record<string, Node>;
  element?: Node;
  options?: Node[];
  value?: string;
  def?: { innerType?: Node };
}

describe("the ways that are crossed", () => {
  const unwrapped = (node: Node = {}): Node =>
    node.def?.innerType === undefined ? node : unwrapped(node.def.innerType);
  /** The values that the schema has for `type` at a place. */
  const known = (path: readonly string[]) => {
    const place = path.reduce<Node>((node, key) => unwrapped(node.shape?.[key]), settingsSchema as unknown as Node);
    return (unwrapped(place.element ?? place).options ?? []).map(({ shape }) => unwrapped(shape?.type).value ?? "");
  };
  /** The values that some combination has there, or the default where it says nothing. */
  const used = (path: readonly string[]) =>
    combinations.flatMap((combination) => {
      const settings = settingsOf(settingsFor(combination, pair, turnOf(combination)), {
        stack: combination.stack ?? "",
        secretKeys,
      });
      const at = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], settings);
      return (Array.isArray(at) ? at : [at]).map(({ type }: { type: string }) => type);
    });

  for (const path of [
    ["certificates", "edge"],
    ["identity", "connectors"],
    ["identity", "provider"],
    ["machines", "cluster"],
    ["sessions", "storage"],
  ]) {
    it(`are all that the schema has for ${path.join(".")}`, () => {
      assert(known(path).length > 1);
      assert.deepEqual([...new Set(used(path))].sort(), known(path).sort());
    });
  }

  it("have every provider of DNS-01", () => {
    const zones = combinations.map((combination) =>
      JSON.stringify(settingsFor(combination, pair, turnOf(combination))),
    );
    for (const zone of ["route53", "cloudDns", "azureDns", "cloudflare"]) {
      assert(
        zones.some((text) => text.includes(`"type":"${zone}"`)),
        zone,
      );
    }
  });
});
