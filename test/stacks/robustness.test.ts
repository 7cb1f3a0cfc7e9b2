import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { checkSettings } from "../../stacks/readSettings";
import { SettingsError } from "../../stacks/settingsError";
import { changed, errorOf, everything, production, project, type Tree } from "./fixture";
import { complaintsAboutSettings } from "./editor";

const keys = Object.keys(everything());
const nasty = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "length", "0", ""];
const key = fc.oneof(fc.constantFrom(...keys, ...nasty), fc.string());

/** JSON of any kind, with keys that are known, nasty or random. */
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e300, "", "dev", "10.0.0.0/8", "1h"),
    fc.string({ unit: "binary" }),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie("tree")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

/** Every path of the settings in which something stands everywhere. */
const paths = [...placesOf(everything(), "")];

function* placesOf(value: unknown, path: string): Iterable<string> {
  if (path !== "") {
    yield path;
  }
  if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) {
      yield* placesOf(inner, `${path}[${index}]`);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [inner, below] of Object.entries(value)) {
      yield* placesOf(below, path === "" ? inner : `${path}.${inner}`);
    }
  }
}

const check = (values: Record<string, string>, stack: string) => {
  const prototype = Object.getOwnPropertyNames(Object.prototype);
  try {
    checkSettings({ project, stack, values, secretKeys: new Set() });
  } catch (error) {
    assert(error instanceof SettingsError, String(error));
    assert.notEqual(error.problems.length, 0);
    assert.equal(new Set(error.problems.map(({ key: place, mend }) => `${place} ${mend}`)).size, error.problems.length);
    for (const problem of error.problems) {
      assert(problem.key.startsWith(`${project}:`) && problem.mend !== "" && problem.value !== "");
      assert(!/Invalid|expected|received|undefined|\[object/.test(problem.mend), problem.mend);
      assert.match(problem.key + problem.value, /^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u);
    }
  }
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), prototype);
};

describe("settings of any kind", () => {
  it("are refused by a SettingsError or not at all", () => {
    const values = fc.array(
      fc.tuple(
        key,
        fc.oneof(
          fc.string({ unit: "binary" }),
          tree.map((value) => JSON.stringify(value)),
        ),
      ),
    );
    fc.assert(
      fc.property(values, fc.oneof(fc.constantFrom("dev", "prod", ...nasty), fc.string()), (entries, stack) =>
        check(Object.fromEntries(entries), stack),
      ),
      { numRuns: 300 },
    );
  });

  it("are refused in the same way when they are nearly right", () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), tree, (path, value) => {
        const settings = changed(everything(), path, value);
        const entries = Object.entries(settings).map(([name, inner]): [string, string] => [
          name,
          JSON.stringify(inner),
        ]);
        check(Object.fromEntries(entries), "prod");
      }),
      { numRuns: 300 },
    );
  });

  it("are refused when they look like a list or a text, down to a length that is none", () => {
    for (const path of paths) {
      const settings = changed(everything(), path, { length: { toString: null } });
      assert.notEqual(errorOf(settings), undefined, path);
    }
  });

  it("may be nested a hundred thousand levels deep, or be a megabyte long", () => {
    for (const [name, settings] of Object.entries<Tree>({
      lists: { ingress: `${"[".repeat(100_000)}${"]".repeat(100_000)}` },
      mappings: { ingress: `${'{"hsts":'.repeat(100_000)}1${"}".repeat(100_000)}` },
      text: { domain: "a".repeat(1_000_000) },
      key: { ["a".repeat(1_000_000)]: "1" },
      entries: { ingress: { applicationNamespaces: Array.from({ length: 100_000 }, (_, index) => `team-${index}`) } },
    })) {
      const error = errorOf({ ...production(), ...settings });
      assert.equal(error === undefined, name === "entries");
      assert((error?.message.length ?? 0) < 2000, name);
    }
  });
});

describe("settings that are accepted", () => {
  it("are accepted by the editors' schema, too", () => {
    const plausible = fc.constantFrom<unknown>(
      "dev",
      "kubeflow.example.com",
      "2h",
      "10.0.0.0/8",
      "https://login.example.com",
      "https://LOGIN.example.com:8443/a/",
      "oci://registry.example.com/charts",
      "user@example.com",
      "ml-engineers",
      "Größe",
      1,
      2,
      30001,
      true,
      false,
      [],
      {},
      undefined,
    );
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.oneof({ arbitrary: plausible, weight: 4 }, { arbitrary: tree, weight: 1 }),
        (path, value) => {
          const settings = changed(everything(), path, value);
          if (errorOf(settings) === undefined) {
            accepted += 1;
            assert.deepEqual(complaintsAboutSettings(settings), []);
          }
        },
      ),
      { numRuns: 1200 },
    );
    assert(accepted > 60, `only ${accepted} were`);
  });
});
