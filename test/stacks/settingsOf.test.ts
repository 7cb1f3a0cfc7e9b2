import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { everything, everythingInput } from "../../stacks/everything";
import { type SettingsInCode, settingsOf } from "../../stacks/settingsOf";
import { SettingsError, type SettingsProblem } from "../../stacks/settingsError";
import { undecrypted } from "../../stacks/undecrypted";

const least: SettingsInCode = {
  domain: "kubeflow.example.com",
  cluster: { apiServer: { cidrs: ["10.10.0.0/28"] } },
  identity: {
    emailDomains: ["example.com"],
    connectors: [
      {
        type: "google",
        id: "google",
        name: "Google",
        clientId: "kubeflow",
        clientSecret: { secretName: "google", key: "clientSecret" },
        hostedDomains: ["example.com"],
      },
    ],
  },
};

const withSecret = (clientSecret: string | pulumi.Output<string>): SettingsInCode => ({
  ...least,
  identity: {
    emailDomains: ["example.com"],
    connectors: [
      {
        type: "google",
        id: "google",
        name: "Google",
        clientId: "kubeflow",
        clientSecret,
        hostedDomains: ["example.com"],
      },
    ],
  },
});

function problemsOf(input: unknown): readonly SettingsProblem[] {
  try {
    settingsOf(input as SettingsInCode, { stack: "prod" });
  } catch (error) {
    assert(error instanceof SettingsError);
    return error.problems;
  }
  return [];
}

const valueOf = (output: unknown) => new Promise((resolve) => void (output as pulumi.Output<unknown>).apply(resolve));

describe("settings that a program gives", () => {
  it("are those that a stack's file would give", () => {
    assert.deepEqual(settingsOf(everythingInput, { stack: "everything" }), everything());
  });

  it("start from the preset of their environment, and without one from that of the stack", () => {
    const unnamed = { ...everythingInput, environment: undefined };
    assert.equal(settingsOf(unnamed, { stack: "dev" }).ingress.service.type, "NodePort");
    assert.equal(settingsOf(least, { stack: "staging" }).ingress.hsts.maxAge, "24h");
    assert.equal(settingsOf(least, { stack: "anything" }).replicas, 3);
    assert.equal(settingsOf({ ...least, environment: "staging" }, { stack: "prod" }).environment, "staging");
  });

  it("may hold what is undefined, as if it were not there", () => {
    const settings = settingsOf(
      { ...least, replicas: undefined, monitoring: { namespace: undefined } },
      { stack: "prod" },
    );
    assert.deepEqual(settings, settingsOf(least, { stack: "prod" }));
  });

  it("are refused with all their problems at once, by path", () => {
    assert.deepEqual(
      problemsOf({
        ...least,
        domain: "https://kubeflow.example.com",
        replicas: 0,
        sessions: { refresh: "2h" },
        echo: { enabled: true },
      }).map(({ key, value }) => [key, value]),
      [
        ["domain", '"https://kubeflow.example.com"'],
        ["replicas", "0"],
        ["echo.enabled", "true"],
        ["sessions.refresh", '"2h"'],
      ],
    );
  });

  it("keep a secret as the Output that was given, marked as a secret", async () => {
    const given = pulumi.output("a client secret");
    const [connector] = settingsOf(withSecret(given), { stack: "prod" }).identity.connectors;
    assert(connector?.type === "google");
    const secret = connector.clientSecret as pulumi.Output<string>;
    assert.equal(await pulumi.isSecret(secret), true);
    assert.equal(await valueOf(secret), "a client secret");
  });

  it("keep every secret at its place, and leave no stand-in", async () => {
    const settings = settingsOf(
      {
        ...withSecret(pulumi.secret("of the connector")),
        sessions: {
          storage: {
            type: "redis",
            host: "redis.example.com",
            password: pulumi.secret("of the sessions"),
            network: { type: "addresses", cidrs: ["10.20.0.7/32"] },
          },
        },
      },
      { stack: "prod" },
    );
    const [connector] = settings.identity.connectors;
    assert(connector?.type === "google" && settings.sessions.storage.type === "redis");
    assert.equal(await valueOf(connector.clientSecret), "of the connector");
    assert.equal(await valueOf(settings.sessions.storage.password), "of the sessions");
    assert(
      !JSON.stringify(settings, (_, value: unknown) => (pulumi.Output.isInstance(value) ? "" : value)).includes(
        undecrypted,
      ),
    );
  });

  it("are refused with a secret as a text, which is not shown", () => {
    assert.deepEqual(problemsOf(withSecret("a client secret")), [
      {
        key: "identity.connectors[0].clientSecret",
        value: "[secret]",
        mend: 'a text in the program is no secret: give an Output, such as new pulumi.Config().requireSecret("…")',
      },
    ]);
  });

  it("are refused with an Output for anything but a secret", () => {
    const problems = problemsOf({
      ...least,
      domain: pulumi.output("kubeflow.example.com"),
      replicas: pulumi.output(3),
    });
    assert.deepEqual(
      problems.map(({ key, value }) => [key, value]),
      [
        ["domain", '"an Output"'],
        ["replicas", '"an Output"'],
      ],
    );
    assert(problems.every(({ mend }) => mend.startsWith("write the value itself:")));
  });
});
