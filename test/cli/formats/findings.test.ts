import assert from "node:assert/strict";
import { type Finding } from "../../../cli/finding";
import { formatFindings } from "../../../cli/formats/findings";
import { styleFor } from "../../../cli/formats/style";
import { cantCheck } from "../../../policy/cantCheck";

const formatted = (...findings: Finding[]) => formatFindings(findings, styleFor({ isTTY: false }, {}));
const unchecked = (rule: string, name: string, message = "the value of a can't be known"): Finding => ({
  outcome: "unchecked",
  level: "advisory",
  severity: "high",
  rule,
  subject: { kind: "Secret", namespace: "auth", name },
  message,
});
const violation = (rule: string, message: string, level: Finding["level"] = "mandatory"): Finding => ({
  outcome: "violation",
  level,
  severity: level === "mandatory" ? "critical" : "low",
  rule,
  subject: { file: "a.yaml", line: 3, kind: "Secret", namespace: "auth", name: "dex" },
  message,
  mend: "Write another.",
});
const nothing = "    mend: nothing; the rules look again when pulumi up has made the values";

describe("what is not checked, for a person", () => {
  it("names the rule, the object and the value", () => {
    assert.deepEqual(formatted(unchecked("forbid-a", "dex")), [
      "  ? not checked  forbid-a",
      "    Secret auth/dex",
      "    the value of a can't be known",
      nothing,
    ]);
  });

  it("is one entry for all rules that meet the same value of an object", () => {
    assert.deepEqual(formatted(unchecked("forbid-a", "dex"), unchecked("forbid-b", "dex")), [
      "  ? not checked  2 rules",
      "    Secret auth/dex",
      "    the value of a can't be known",
      "    rules: forbid-a, forbid-b",
      nothing,
    ]);
  });

  it("is one entry for objects where the same rules meet the same", () => {
    const lines = formatted(
      ...["dex", "proxy"].flatMap((name) => [unchecked("forbid-a", name), unchecked("forbid-b", name)]),
    );
    assert.deepEqual(lines[1], "    Secret auth/dex, Secret auth/proxy");
    assert.equal(lines.length, 5);
  });

  it("is an entry of its own for another value, and for other rules", () => {
    const heads = formatted(
      unchecked("forbid-a", "dex"),
      unchecked("forbid-b", "dex", "the value of b can't be known"),
      unchecked("forbid-b", "proxy"),
    ).filter((line) => line.startsWith("  ?"));
    assert.deepEqual(heads, ["  ? not checked  forbid-a", "  ? not checked  forbid-b", "  ? not checked  forbid-b"]);
  });
});

describe("what rules can't read, for a person", () => {
  const stumbled = (rule: string, reason: string, level?: Finding["level"]) =>
    violation(rule, cantCheck(rule, "this object", reason), level);

  it("is one entry for all rules that stumble over the same, at the level of the worst", () => {
    assert.deepEqual(
      formatted(stumbled("forbid-a", "data is no map"), stumbled("limit-b", "data is no map", "advisory")),
      [
        "  ✗ mandatory critical  not readable for 2 rules  Secret auth/dex",
        "    a.yaml:3",
        "    data is no map. What can't be checked is not let through.",
        "    rules: forbid-a, limit-b",
        "    mend: Correct it, and these rules look at what is there.",
      ],
    );
  });

  it("stays with its rule where one rule alone stumbles", () => {
    const lines = formatted(stumbled("forbid-a", "data is no map"), stumbled("forbid-b", "type is no text"));
    assert.deepEqual(
      lines.filter((line) => line.startsWith("  ✗")),
      ["  ✗ mandatory critical  forbid-a  Secret auth/dex", "  ✗ mandatory critical  forbid-b  Secret auth/dex"],
    );
  });

  it("hides no violation that rules found", () => {
    const lines = formatted(violation("forbid-a", "a is wrong."), violation("forbid-b", "a is wrong."));
    assert.equal(lines.filter((line) => line.startsWith("  ✗")).length, 2);
  });
});
