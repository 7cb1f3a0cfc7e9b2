import assert from "node:assert/strict";
import fc from "fast-check";
import { compare } from "../../../cli/manifests/changes";
import { type GeneratedValue } from "../../../cli/manifests/generated";
import { showPath } from "../../../cli/manifests/path";
import { type Plain } from "../../../cli/manifests/shape";

const id = { apiVersion: "v1", kind: "ConfigMap", namespace: "a", name: "a" };
const set = (value: Plain, generated: GeneratedValue[] = []) => ({ objects: [{ id, value }], generated });
const paths = (before: Plain, after: Plain) =>
  compare(set(before), set(after)).changed.flatMap((change) => change.paths);

describe("a comparison of two outputs", () => {
  it("names every place that differs, in maps and lists", () => {
    assert.deepEqual(
      paths(
        { a: 1, b: { c: [1, 2, { d: "x" }] }, gone: null, "x.y/z": 1 },
        { a: 2, b: { c: [1, 2, { d: "y" }, 4] }, come: null, "x.y/z": 2 },
      ),
      ['["x.y/z"]', "a", "b.c[2].d", "b.c[3]", "come", "gone"].sort(),
    );
  });

  it("finds no difference between a value and itself, and one between two values that are not equal", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        assert.deepEqual(paths(a as Plain, structuredClone(a) as Plain), []);
        const equal = JSON.stringify(a) === JSON.stringify(b);
        assert.equal(paths(a as Plain, b as Plain).length > 0 || equal || sameButOrdered(a, b), true);
      }),
    );
  });

  it("takes an object for the same when only the version of its API changed", () => {
    const before = {
      objects: [{ id: { ...id, apiVersion: "x.io/v1beta1" }, value: { apiVersion: "x.io/v1beta1" } }],
      generated: [],
    };
    const after = {
      objects: [{ id: { ...id, apiVersion: "x.io/v1" }, value: { apiVersion: "x.io/v1" } }],
      generated: [],
    };
    assert.deepEqual(compare(before, after).changed[0]?.paths, ["apiVersion"]);
  });

  it("counts a value that is made now and was not before", () => {
    const value: GeneratedValue = { ...id, path: "data.token", why: "unknown", from: [] };
    assert.deepEqual(compare(set({}), set({}, [value])).changed, [{ object: id, paths: ["data.token"] }]);
    assert.deepEqual(compare(set({}, [value]), set({}, [value])).changed, []);
  });
});

/** JSON.stringify minds the order of keys and says `-0` as `0`; objects don't. */
function sameButOrdered(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
    return true;
  } catch {
    return false;
  }
}

describe("a path", () => {
  it("is shown as people search for it", () => {
    assert.equal(showPath(["spec", "rules", 0, "host"]), "spec.rules[0].host");
    assert.equal(showPath(["metadata", "annotations", "a.b/c"]), 'metadata.annotations["a.b/c"]');
    assert.equal(showPath(["data", "tls.crt"]), 'data["tls.crt"]');
  });
});
