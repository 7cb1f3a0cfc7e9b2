import assert from "node:assert/strict";
import { UnreadableText } from "../../documents/unreadable";
import { mapAt } from "../../policy/manifest";
import { memberOf, type Rule, type StackRule } from "../../policy/rule";
import { run, runTogether } from "../../policy/run";
import { context, ruleFacts as facts } from "./support";

const secret = { apiVersion: "v1", kind: "Secret", stringData: "hunter2" };

describe("what a rule throws", () => {
  const whenThrown = (error: () => unknown, kind: string): string => {
    const rule: Rule = {
      ...facts,
      check: () => {
        throw error();
      },
    };
    const [finding] = run(rule, { ...secret, kind }, context);
    return finding?.kind === "violation" ? finding.message : "";
  };
  const message = (reason: string): string =>
    `forbid-nothing can't check this object: ${reason}. What can't be checked is not let through.`;
  const quoting = (): unknown => {
    try {
      return JSON.parse("hunter2");
    } catch (error) {
      return error;
    }
  };
  const shape = (): unknown => {
    try {
      return mapAt("hunter2", "stringData");
    } catch (error) {
      return error;
    }
  };

  it("is quoted in a violation", () => {
    assert.equal(
      whenThrown(shape, "ConfigMap"),
      message('stringData is the string "hunter2", where Kubernetes expects a map'),
    );
    assert.match(whenThrown(quoting, "ConfigMap"), /hunter2/);
  });

  it("is not quoted where it may be a secret", () => {
    assert.equal(
      whenThrown(shape, "Secret"),
      message("stringData is something else than a map, which Kubernetes expects"),
    );
    assert.equal(whenThrown(quoting, "Secret"), message("the error SyntaxError"));
    assert.equal(
      whenThrown(() => "hunter2", "Secret"),
      message("an error without a name"),
    );
    assert.equal(
      whenThrown(() => new UnreadableText("TOML", "a value is missing", 2), "Secret"),
      message("not readable as TOML at line 2: a value is missing"),
    );
  });

  it("is not quoted by a rule over all of them where a Secret is among them", () => {
    const rule: StackRule = {
      ...facts,
      checkTogether: (members) => members.flatMap(({ manifest }) => (mapAt(manifest["stringData"], "stringData"), [])),
    };
    const found = runTogether(rule, [memberOf(secret, () => "default")], context).map(
      ({ finding }) => finding.kind === "violation" && finding.message,
    );
    assert.deepEqual(found, [
      "forbid-nothing can't check these objects together: stringData is something else than a map, which Kubernetes " +
        "expects. What can't be checked is not let through.",
    ]);
  });
});
