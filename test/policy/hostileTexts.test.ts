import assert from "node:assert/strict";
import { type Manifest } from "../../policy/manifest";
import { rules, stackRules } from "../../policy/pack";
import { memberOf } from "../../policy/rule";
import { run, runTogether } from "../../policy/run";
import { context } from "./support";
import { envoyFilter, typed } from "./rules/istio/fixtures";

/** A tenth of what etcd takes of an object. */
const long = 120_000;

/** Of the processor's time, so that a busy machine fails nothing: what takes the square of a text's length takes minutes. */
const patience = 2_000;

const row = (part: string, end = "") => part.repeat(Math.ceil(long / part.length)) + end;

/** What sends an expression back and forth, or has a reader look for an end that isn't there. */
const texts: readonly string[] = [
  `curl -${row("k", "!")}`,
  row("curl "),
  row("curl -k\n"),
  row("-----BEGIN A-----\n"),
  row("--[[\n"),
  row("--[=[ "),
  row('"\\'),
  row('"\\"'),
  row("'"),
  row('"'),
  row("\\"),
  row("$("),
  row("["),
  row("("),
  row("{"),
  row("{{"),
  row(" "),
  row(" ", "!"),
  row("\n"),
  row("="),
  row("=", "!"),
  row("/", "!"),
  row(".", "!"),
  row("A", "!"),
  row(" = = ="),
  row("a: "),
  row("- "),
  row("%REQ("),
  row("%CEL("),
  `%${row("REQ")}`,
  row("https://"),
  `https://${row(":")}`,
  `.add${row(" ", "!")}`,
  row("skipverify="),
  row("skipverify=$("),
  row("verify=False\n"),
  row("oauth2-proxy", "!"),
  row(" OAUTH2_PROXY_A=$("),
  row('"kubeflow-userid" '),
];

/** The names by which readers know a text. What parses none is asked last, by names that nobody knows. */
const keys = ["oauth2-proxy.cfg", "config.yaml", "mesh", "script.sh"];

const configMap = (key: string, text: string): Manifest => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: key === "mesh" ? "istio" : "texts", namespace: "istio-system" },
  data: { [key]: text },
});
const logFormat = (text: string) => configMap("mesh", JSON.stringify({ accessLogFormat: text }));
const lua = (text: string): Manifest =>
  envoyFilter({
    name: "envoy.filters.http.lua",
    typed_config: typed("extensions.filters.http.lua.v3.Lua", { default_source_code: { inline_string: text } }),
  });

function shown(text: string): string {
  return JSON.stringify(`${text.slice(0, 20)}…${text.slice(-5)}`);
}

describe("a long text that is made to keep readers busy", () => {
  // As in a preview; mocha has every error keep its whole stack.
  const { stackTraceLimit } = Error;
  before(() => (Error.stackTraceLimit = 10));
  after(() => (Error.stackTraceLimit = stackTraceLimit));

  for (const text of texts) {
    it(`is soon through every rule: ${shown(text)}`, () => {
      for (const manifest of [...keys.map((key) => configMap(key, text)), logFormat(text), lua(text)]) {
        const start = process.cpuUsage();
        for (const rule of rules) run(rule, manifest, context);
        const members = [memberOf(manifest, () => "default")];
        for (const rule of stackRules) runTogether(rule, members, context);
        const { user, system } = process.cpuUsage(start);
        const [place = manifest.kind] = Object.keys(manifest["data"] ?? {});
        assert.ok((user + system) / 1000 < patience, `${place} took ${(user + system) / 1000} ms`);
      }
    });
  }
});
