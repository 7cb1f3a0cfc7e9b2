/** Each way of running it, by the settings' own word for it: a `type` that no page shows is one that nobody finds. */
import { strict as assert } from "node:assert";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Described, describedSettings } from "../../stacks/described";
import { commandsOf } from "./commands";
import { blocksOf, settingsIn } from "./settings";

const pages = readdirSync(join(__dirname, "../../docs"))
  .filter((name) => /^\d+-.*\.md$/.test(name))
  .map((name) => `docs/${name}`);

/** Every alternative that the schema has, such as `certificates.edge: acme`. */
function* alternativesIn(setting: Described, path: string): Iterable<string> {
  const { properties = {}, items, anyOf = [], oneOf = [] } = setting;
  const type = properties.type?.const;
  if (typeof type === "string") {
    yield `${path}: ${type}`;
  }
  for (const [key, inner] of Object.entries(properties)) {
    yield* alternativesIn(inner, path === "" ? key : `${path}.${key}`);
  }
  for (const branch of [...anyOf, ...oneOf]) {
    yield* alternativesIn(branch, path);
  }
  if (items !== undefined) {
    yield* alternativesIn(items, `${path}[]`);
  }
}

/** The same in settings. */
function* typesIn(value: unknown, path: string): Iterable<string> {
  if (Array.isArray(value)) {
    for (const inner of value) {
      yield* typesIn(inner, `${path}[]`);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (key === "type" && typeof inner === "string") {
        yield `${path}: ${inner}`;
      }
      yield* typesIn(inner, path === "" ? key : `${path}.${key}`);
    }
  }
}

/** What a stack has that says nothing: defaults need no command. */
const defaults = [
  "certManager: installed",
  "certificates.edge: privateCa",
  "identity.provider.storage: kubernetes",
  "istio: installed",
  "machines.cluster: none",
  "sessions.storage: cookie",
];

describe("every way that the settings have", () => {
  const shown = new Set(
    pages.flatMap((page) => [
      ...blocksOf(page, "yaml").flatMap((block) => [...typesIn(settingsIn(block) ?? {}, "")]),
      ...commandsOf(page).flatMap(({ lines }) =>
        lines.flatMap((line) => {
          const [, path = "", type = ""] = /^pulumi config set --path '?([^' ]+)\.type'? (\w+)$/.exec(line) ?? [];
          return type === "" ? [] : [`${path.replace(/\[\d+\]/g, "[]")}: ${type}`];
        }),
      ),
    ]),
  );
  const alternatives = [...new Set(alternativesIn(describedSettings(), ""))]
    // Who vouches for a server, and where it is, is the same wherever it is asked.
    .filter((way) => !/(\.ca|\.network): \w+$/.test(way));

  it("is on a page, as settings or as a command, but for the defaults", () => {
    assert.deepEqual(alternatives.filter((way) => !shown.has(way)).sort(), defaults);
    assert.equal(alternatives.length, 34);
  });

  it("is a certificate, a DNS provider, a connector, a machine's issuer or a store, each by its name", () => {
    for (const way of ["certificates.edge: offload", "machines.cluster: public", "identity.connectors[]: saml"]) {
      assert(alternatives.includes(way) && shown.has(way), way);
    }
  });
});
