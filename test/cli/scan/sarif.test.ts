import Ajv from "ajv";
import assert from "node:assert/strict";
import { version } from "../../../package.json";
import { exemptionRules } from "../../../policy/exemptionRules";
import { rules, stackRules } from "../../../policy/pack";
import { type Rule } from "../../../policy/rule";
import { formatSarif } from "../../../cli/formats/sarif";
import { type ScanFinding } from "../../../cli/scan/check";
import { scanned, skipping } from "./support";

interface Log {
  runs: {
    tool: { driver: { name: string; semanticVersion: string; rules: Descriptor[] } };
    invocations: { executionSuccessful: boolean; toolExecutionNotifications: { message: { text: string } }[] }[];
    results: Result[];
  }[];
}
interface Descriptor {
  id: string;
  defaultConfiguration: { level: string };
  properties: { tags: string[]; "security-severity": string };
  [key: string]: unknown;
}
interface Result {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string };
  locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
  partialFingerprints: { primaryLocationLineHash: string };
}

const text = { type: "object", properties: { text: { type: "string", minLength: 1 } }, required: ["text"] };
const strict = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
/**
 * SARIF 2.1.0 as far as this program writes it: sections 3.13 to 3.58 of the standard, and with it what GitHub asks for
 * besides (https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning).
 */
const schema = strict({
  $schema: { type: "string", format: "uri" },
  version: { const: "2.1.0" },
  runs: {
    type: "array",
    minItems: 1,
    maxItems: 20,
    items: strict({
      tool: strict({
        driver: strict({
          name: { type: "string", minLength: 1 },
          semanticVersion: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+" },
          rules: {
            type: "array",
            uniqueItems: true,
            maxItems: 25_000,
            items: strict({
              id: { type: "string", pattern: "^[a-z0-9-]+$", maxLength: 255 },
              name: { type: "string", pattern: "^[A-Z][A-Za-z0-9]+$", maxLength: 255 },
              shortDescription: { ...text, properties: { text: { type: "string", maxLength: 1024 } } },
              fullDescription: { ...text, properties: { text: { type: "string", maxLength: 1024 } } },
              helpUri: { type: "string", pattern: "^https://" },
              help: strict({ text: { type: "string", minLength: 1 }, markdown: { type: "string", minLength: 1 } }),
              defaultConfiguration: strict({ level: { enum: ["none", "note", "warning", "error"] } }),
              properties: strict({
                tags: {
                  type: "array",
                  uniqueItems: true,
                  maxItems: 20,
                  items: { type: "string" },
                  contains: { const: "security" },
                },
                precision: { enum: ["very-high", "high", "medium", "low"] },
                "security-severity": { type: "string", pattern: "^(10\\.0|[0-9]\\.[0-9])$" },
              }),
            }),
          },
        }),
      }),
      invocations: {
        type: "array",
        items: strict({
          executionSuccessful: { type: "boolean" },
          toolExecutionNotifications: {
            type: "array",
            items: strict({ level: { enum: ["none", "note", "warning", "error"] }, message: text }),
          },
        }),
      },
      results: {
        type: "array",
        maxItems: 25_000,
        items: strict({
          ruleId: { type: "string" },
          ruleIndex: { type: "integer", minimum: 0 },
          level: { enum: ["none", "note", "warning", "error"] },
          message: text,
          locations: {
            type: "array",
            minItems: 1,
            maxItems: 1,
            items: strict({
              physicalLocation: strict({
                artifactLocation: strict(
                  { uri: { type: "string", pattern: "^[^/\\\\ ]" }, uriBaseId: { const: "%SRCROOT%" } },
                  ["uri"],
                ),
                region: strict({ startLine: { type: "integer", minimum: 1 } }),
              }),
            }),
          },
          partialFingerprints: strict({
            primaryLocationLineHash: { type: "string", pattern: "^[0-9a-f]{16}:[1-9]\\d*$" },
          }),
        }),
      },
      columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
    }),
  },
});

const validate = new Ajv({ allErrors: true, formats: { uri: /^https:\/\// } }).compile(schema);
const read = (stdout: string): Log["runs"][0] => {
  const log = JSON.parse(stdout) as Log;
  assert.ok(validate(log), JSON.stringify(validate.errors, null, 2));
  const [run] = log.runs;
  assert.ok(run);
  return run;
};
const sarif = async (...[files, options]: Parameters<typeof scanned>) =>
  read((await scanned(files, { ...options, format: "sarif" })).stdout);

describe("a scan's SARIF", () => {
  it("is valid, and names every rule with a score, whether it found something or not", async () => {
    const { tool, results } = await sarif({ "a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n" });
    assert.deepEqual(results, []);
    assert.equal(tool.driver.semanticVersion, version);
    assert.deepEqual(
      tool.driver.rules.map(({ id }) => id),
      [...rules, ...stackRules, ...exemptionRules].map(({ name }) => name),
    );
    const { help, ...first } = tool.driver.rules[0] as Descriptor;
    assert.deepEqual(first, {
      id: "forbid-skip-verify",
      name: "ForbidSkipVerify",
      shortDescription: { text: "Certificates are always verified" },
      fullDescription: {
        text:
          "A client that doesn't verify the certificate takes its tokens, keys and user data from whoever answers: " +
          "anybody on the network path can be the identity provider. A private CA is trusted by naming it, not by " +
          "trusting everybody.",
      },
      helpUri: "https://cwe.mitre.org/data/definitions/295.html",
      defaultConfiguration: { level: "error" },
      properties: { tags: ["security", "external/cwe/cwe-295"], precision: "high", "security-severity": "9.5" },
    });
    assert.match(
      (help as { markdown: string }).markdown,
      /\n\n\*\*Mend:\*\* Remove the setting.*\n\n- \[CWE-295\]\(https/,
    );
  });

  it("has the worst findings alone where there are more than GitHub takes, and says so", () => {
    const rule = rules[0] as Rule;
    const finding = (message: string): ScanFinding => ({
      ...{ outcome: "violation", level: "mandatory", severity: "high", rule: rule.name, field: "", message },
      subject: { kind: "Pod", name: "a" },
    });
    const findings = Array.from({ length: 25_002 }, (_, index) => finding(String(index)));
    const counts = { exempted: 0, files: 1, objects: 1, passedOver: 0, problems: [], firstFile: "a.yaml" };
    const [run] = (JSON.parse(formatSarif({ ...counts, findings }, rules, "/repo")) as Log).runs;
    assert.equal(run?.results.length, 25_000);
    assert.match(JSON.stringify(run?.invocations), /2 findings are left out, because GitHub takes 25000 of a run/);
  });

  it("is valid for every rule there is", () => {
    // The schema above asks for a help page and a score for each; this names the rule that has none.
    for (const { name, references } of [...rules, ...stackRules, ...exemptionRules]) {
      assert.match(references[0]?.url ?? "", /^https:/, name);
    }
  });

  it("has the place of each violation, and its object in the message", async () => {
    const { results } = await sarif({ "b.yaml": skipping("dex") });
    assert.equal(results.length, 1);
    const [{ ruleId, ruleIndex, level, message, locations }] = results as [Result];
    assert.deepEqual([ruleId, ruleIndex, level], ["forbid-skip-verify", 0, "error"]);
    assert.match(message.text, /^DestinationRule auth\/dex: spec\.trafficPolicy\.tls\.insecureSkipVerify = true turns/);
    assert.equal(locations[0]?.physicalLocation.region.startLine, 10);
  });

  it("names a file in the folder of the run relative to it, with what a URI can't hold encoded", () => {
    const artifactOf = (file: string | undefined, firstFile = "a.yaml") => {
      const finding: ScanFinding = {
        outcome: "violation",
        level: "advisory",
        severity: "low",
        rule: "forbid-skip-verify",
        subject: { ...(file !== undefined && { file }) },
        field: "",
        message: "wrong",
      };
      const counts = { exempted: 0, files: 1, objects: 1, passedOver: 0, problems: [] };
      const log = read(formatSarif({ ...counts, findings: [finding], firstFile }, rules, "/repo"));
      const { artifactLocation, region } = log.results[0]?.locations[0]?.physicalLocation ?? {};
      return [artifactLocation, region?.startLine, log.results[0]?.level];
    };
    const inside = (uri: string) => [{ uri, uriBaseId: "%SRCROOT%" }, 1, "warning"];
    assert.deepEqual(artifactOf("k8s/b c#.yaml"), inside("k8s/b%20c%23.yaml"));
    assert.deepEqual(artifactOf("/repo/k8s/a.yaml"), inside("k8s/a.yaml"));
    assert.deepEqual(artifactOf("../a.yaml"), [{ uri: "file:///a.yaml" }, 1, "warning"]);
    assert.deepEqual(artifactOf("-"), inside("stdin"));
    // What is about no object is shown at the first file, because GitHub shows nothing without a place.
    assert.deepEqual(artifactOf(undefined, "first.yaml"), inside("first.yaml"));
  });

  it("has a fingerprint that stays when lines move and differs between objects", async () => {
    const hash = async (file: string) =>
      (await sarif({ "a.yaml": file })).results.map((result) => result.partialFingerprints.primaryLocationLineHash);
    const folder = (hashes: string[]) => hashes.map((one) => one.split(":")[1]);
    const both = await hash(`${skipping("a")}---\n${skipping("b")}`);
    assert.equal(new Set(both).size, 2);
    assert.deepEqual(folder(both), ["1", "1"]);
    const twice = await hash(`${skipping("a")}---\n${skipping("a")}`);
    assert.deepEqual(folder(twice), ["1", "2"]);
    assert.equal(twice[0]?.split(":")[0], twice[1]?.split(":")[0]);
  });

  it("says what could not be read", async () => {
    const { invocations } = await sarif({ "a.yaml": "a: 1\na: 2\n", "b.yaml": skipping("b") });
    assert.equal(invocations[0]?.executionSuccessful, false);
    assert.deepEqual(
      invocations[0]?.toolExecutionNotifications.map(({ message }) => message.text),
      ["in/a.yaml:2: not readable as YAML: a key stands twice. mend it: what can't be read isn't checked."],
    );
  });
});
