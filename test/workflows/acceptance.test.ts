import assert from "node:assert/strict";
import { Command } from "commander";
import { knownNeeds } from "../../acceptance/needs";
import { addVerify } from "../../cli/verify";
import { namespaces } from "../../components/topology";
import manifest from "../../package.json";
import { read, stepsOf } from "./workflow";

/** What a check needs of a deployment that is run in another way than the workflow's. */
const ofOtherWays = [
  "offload",
  "gateway-address",
  "bare",
  "client-address",
  "renew",
  "acme-http01",
  "cluster-keys",
  "job",
  "connectors",
  "saml",
  "outsider",
  "kept-sessions",
  "wait",
];

describe("the acceptance workflow", () => {
  const workflow = read("acceptance.yaml");
  const steps = stepsOf(workflow);
  const script = steps.map(({ run = "" }) => run).join("\n");

  it("runs on main, on pull requests and every night", () => {
    assert.deepEqual(workflow.on.push, { branches: ["main"] });
    assert.ok("pull_request" in workflow.on);
    assert.match(workflow.on.schedule?.[0]?.cron ?? "", /^\d+ \d+ \* \* \*$/);
  });

  it("deploys, verifies, deploys again without a change, and destroys, in this order", () => {
    const order = [
      "kind create cluster",
      "pulumi up --yes --skip-preview",
      "npm run --silent verify",
      "--expect-no-changes",
      "pulumi destroy",
    ];
    let at = -1;
    for (const command of order) {
      at = script.indexOf(command, at + 1);
      assert.ok(at >= 0, `${command} is missing, or comes too early`);
    }
  });

  it("verifies with options that there are, and demands everything that they give", () => {
    const program = new Command();
    addVerify(program, {} as never);
    const known = program.commands[0]?.options.map(({ long }) => long) ?? [];
    const call = /npm run --silent verify -- ([\s\S]*?)(?:\n\n|$)/.exec(
      steps.find(({ name }) => name === "verify")?.run ?? "",
    )?.[1];
    const options = [...(call ?? "").matchAll(/(?:^|\s)(--[a-z-]+)/g)].map(([, option]) => option);
    assert.ok(options.length > 10);
    assert.deepEqual(
      options.filter((option) => !known.includes(option)),
      [],
    );
    const required = / --require ([a-z\s-]*?) \\/.exec(call ?? "")?.[1]?.split(/\s+/) ?? [];
    // The stack dev has no applications and no notebooks on hosts of their own, nothing in front of the gateway, and its keys
    // by value.
    const without = [
      "unreachable-issuer",
      "app",
      "closed-app",
      "in-cluster-app",
      "notebooks",
      "jupyterlab",
      ...ofOtherWays,
    ];
    assert.deepEqual([...required].sort(), knownNeeds.filter((need) => !without.includes(need)).sort());
  });

  it("looks for every namespace of the platform after destroying", () => {
    const [, names = ""] = /namespace\/\(([^)]*)\)/.exec(script) ?? [];
    assert.deepEqual(names.split("|").sort(), Object.values(namespaces).sort());
  });

  it("uses the Pulumi that the program is built with", () => {
    const pulumi = steps.find(({ uses }) => uses?.startsWith("pulumi/actions@"));
    assert.equal(pulumi?.with?.["pulumi-version"], manifest.dependencies["@pulumi/pulumi"]);
  });
});
