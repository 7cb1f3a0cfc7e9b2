import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { Redactor } from "../../../cli/engine/redactor";
import { secret, unknown, type Wire } from "../../../cli/engine/wire";
import { Scopes } from "../../../cli/manifests/scope";
import {
  type Plain,
  shape,
  type ShapedObject,
  shapeSecretMap,
  Withheld,
  withheldIn,
  withoutWithheld,
} from "../../../cli/manifests/shape";
import { showPath } from "../../../cli/manifests/path";
import { toYaml } from "../../../cli/manifests/yaml";

const options = (redactor = new Redactor()) => ({ redactor, searchCopies: true });
const withheld = (value: Wire, redactor?: Redactor) =>
  [...withheldIn(shape(value, options(redactor)))].map(({ path, withheld: { why, from } }) => [
    showPath(path),
    why,
    ...from,
  ]);

describe("a value that is shaped for an output", () => {
  it("loses unknowns and secrets, and keeps everything else", () => {
    const value = { a: unknown, b: ["x", secret("y"), "z"], c: { d: secret({ e: "f" }) }, g: null, h: 0 };
    assert.deepEqual(withheld(value), [
      ["a", "unknown"],
      ["b[1]", "secret"],
      ["c.d", "secret"],
    ]);
    assert.deepEqual(withoutWithheld(shape(value, options()) as ShapedObject), { b: ["x", "z"], c: {}, h: 0 });
  });

  it("never shows a part of a secret, at whatever depth it is marked", () => {
    const value = fc.letrec<{ wire: Wire }>((tie) => ({
      wire: fc.oneof(
        { maxDepth: 4 },
        fc.constant("open"),
        fc.constant(secret("hunter2")),
        fc.array(tie("wire"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b", "c"), tie("wire"), { maxKeys: 3 }),
        tie("wire").map((inner) => secret({ "key-hunter2": inner })),
      ),
    })).wire;
    fc.assert(
      fc.property(value, (wire) => {
        assert.doesNotMatch(toYaml(withoutWithheld({ wire: shape(wire, options()) })), /hunter2/);
      }),
    );
  });

  it("shows the keys of a Secret's data and none of its values", () => {
    const shaped = shapeSecretMap(
      secret({ plain: "a", marked: secret("b"), made: unknown }),
      options(),
    ) as ShapedObject;
    assert.deepEqual(
      Object.entries(shaped).map(([key, value]) => [key, (value as Withheld).why]),
      [
        ["plain", "secret"],
        ["marked", "secret"],
        ["made", "unknown"],
      ],
    );
    assert.ok(shapeSecretMap(unknown, options()) instanceof Withheld);
  });

  it("names the setting whose stand-in it holds, also in the middle of a text", () => {
    const redactor = new Redactor();
    const placeholder = redactor.placeholderFor("p:token");
    assert.deepEqual(withheld({ a: `Bearer ${placeholder}`, b: secret({ c: placeholder }) }, redactor), [
      ["a", "secret", "config:p:token"],
      ["b", "secret", "config:p:token"],
    ]);
  });

  it("is withheld when it holds a copy of a secret that was searched for", () => {
    const redactor = new Redactor();
    redactor.learn("long-enough", { searched: true });
    redactor.learn("https://example.com/");
    const copies = {
      a: "x long-enough y",
      b: Buffer.from("long-enough").toString("base64"),
      c: "https://example.com/",
    };
    assert.deepEqual(withheld(copies, redactor), [
      ["a", "secret"],
      ["b", "secret"],
    ]);
  });
});

describe("a message that others wrote", () => {
  it("loses every secret that is known, the longer ones first", () => {
    const redactor = new Redactor();
    redactor.learn("secret-one");
    redactor.learn("secret-one-and-more");
    redactor.learn("yes");
    assert.equal(redactor.redact("is secret-one-and-more or secret-one? yes"), "is [secret] or [secret]? yes");
  });
});

describe("YAML", () => {
  it("is read back as it was by a reader of YAML 1.1", () => {
    const key = fc.string({ minLength: 1 }).filter((name) => name !== "<<" && name !== "__proto__");
    const value = fc.letrec<{ plain: Plain }>((tie) => ({
      plain: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.constantFrom("yes", "off", "0644", "1e3", "1:30", "~", "null", "- a", "a: b", "# x", "2026-01-01", "a\nb\n"),
        fc.integer(),
        fc.boolean(),
        fc.array(tie("plain"), { maxLength: 3 }),
        fc.dictionary(key, tie("plain"), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).plain;
    fc.assert(
      fc.property(value, (plain) => {
        assert.deepEqual(parse(toYaml({ plain }), { version: "1.1" }), { plain });
        assert.deepEqual(parse(toYaml({ plain })), { plain });
      }),
    );
  });

  it("has the same order of keys whatever order they came in", () => {
    assert.equal(
      toYaml({ spec: 1, metadata: { labels: {}, namespace: "b", name: "a" }, kind: "K", apiVersion: "v1", b: 1, a: 1 }),
      "apiVersion: v1\nkind: K\nmetadata:\n  name: a\n  namespace: b\n  labels: {}\na: 1\nb: 1\nspec: 1\n",
    );
  });
});

describe("the scope of a kind", () => {
  it("is known for Kubernetes itself, learnt from definitions, and open for the rest", () => {
    const scopes = new Scopes();
    assert.equal(scopes.isNamespaced("v1", "Namespace"), false);
    assert.equal(scopes.isNamespaced("v1", "Secret"), true);
    assert.equal(scopes.isNamespaced("rbac.authorization.k8s.io/v1", "ClusterRole"), false);
    assert.equal(scopes.isNamespaced("cert-manager.io/v1", "ClusterIssuer"), undefined);
    const spec = { group: "cert-manager.io", scope: "Cluster", names: { kind: "ClusterIssuer" } };
    scopes.define({ kind: "CustomResourceDefinition", spec });
    assert.equal(scopes.isNamespaced("cert-manager.io/v1", "ClusterIssuer"), false);
  });
});
