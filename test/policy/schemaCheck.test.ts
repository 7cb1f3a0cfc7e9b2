import Ajv from "ajv";
import assert from "node:assert/strict";
import { exemptionsSchema } from "../../policy/exemptions";
import { type ConfigSchema, placeOf, schemaProblems } from "../../policy/schemaCheck";
import { settingSchemas } from "../../policy/settings";

const said = (schema: ConfigSchema, value: unknown): string[] =>
  schemaProblems(schema, value, ["setting"]).map((problem) => `${placeOf(problem)} ${problem.wrong}`);

describe("the check of a setting", () => {
  for (const [schema, right, wrong, message] of [
    [{ type: "string" }, "a", 1, "setting is an integer; write a string"],
    [{ type: "string" }, "a", null, "setting is null; write a string"],
    [{ type: "integer" }, 1, 1.5, "setting is a number; write an integer"],
    [{ type: "boolean" }, true, "true", "setting is a string; write a boolean"],
    [{ type: "array" }, [], {}, "setting is an object; write an array"],
    [{ type: "object" }, {}, [], "setting is an array; write an object"],
    [{ type: "string", pattern: "^a$" }, "a", "ab", "setting doesn't match ^a$"],
    [{ type: "string", minLength: 2 }, "ab", "a", "setting has less than 2 characters"],
    [{ type: "string", enum: ["a", "b"] }, "b", "c", "setting is none of a, b"],
    [{ type: "integer", minimum: 1 }, 1, 0, "setting is less than 1"],
    [{ type: "integer", maximum: 1 }, 1, 2, "setting is more than 1"],
    [{ type: "array", minItems: 1 }, [1], [], "setting has less than 1 items"],
    [{ type: "array", items: { type: "string" } }, ["a"], ["a", 1], "setting[1] is an integer; write a string"],
    [{ type: "object", required: ["a"] }, { a: 1 }, {}, "setting has no a"],
    [
      { type: "object", properties: { a: { type: "string" } } },
      { a: "a", b: 1 },
      { a: 1 },
      "setting.a is an integer; write a string",
    ],
    [
      { type: "object", properties: { a: { type: "string" } }, additionalProperties: false },
      { a: "a" },
      { b: 1 },
      "setting.b is unknown; there are a",
    ],
  ] as [ConfigSchema, unknown, unknown, string][]) {
    it(`takes ${JSON.stringify(right)} and not ${JSON.stringify(wrong)} for ${JSON.stringify(schema)}, as JSON Schema says`, () => {
      assert.deepEqual(said(schema, right), []);
      assert.deepEqual(said(schema, wrong), [message]);
      const validate = new Ajv({ strict: false }).compile(schema);
      assert.deepEqual([validate(right), validate(wrong)], [true, false]);
    });
  }

  it("refuses a schema with a keyword that it would pass over", () => {
    const schema = { type: "string", format: "date" } as unknown as ConfigSchema;
    assert.throws(() => said(schema, "a"), /the schema keyword format is not supported/);
  });

  it("knows every keyword of the pack's settings, whose defaults are right", () => {
    for (const schema of [...Object.values(settingSchemas), exemptionsSchema]) {
      assert.deepEqual(said(schema, schema.default), []);
    }
  });
});
