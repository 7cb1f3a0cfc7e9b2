import assert from "node:assert/strict";
import { type Check, type Target } from "../../../acceptance/check";
import { foreignAudience } from "../../../acceptance/checks/machines/foreignAudience";
import { kubernetesToken } from "../../../acceptance/checks/machines/kubernetesToken";
import { unreachableIssuer } from "../../../acceptance/checks/machines/unreachableIssuer";
import { wrongClaims } from "../../../acceptance/checks/machines/wrongClaims";
import { type RecordingProbe } from "../../../acceptance/recordingProbe";
import { contextFor } from "../fakeGate";
import { cluster, type ClusterFaults, clusterRule } from "../tokens/cluster";
import { deployment } from "../tokens/deployment";
import { type Faults, type Rule } from "../tokens/gateway";

const audience = "gate.example.com";

interface Circumstances {
  faults?: Faults;
  cluster?: ClusterFaults;
  rules?: Rule[];
  target?: Partial<Target>;
}

/** Runs a check with a fake cluster besides the fake deployment; what it made must be gone again. */
async function run(check: Check, circumstances: Circumstances = {}): Promise<RecordingProbe> {
  const made = await deployment(circumstances.faults);
  made.rules.push(...(circumstances.rules ?? [clusterRule(audience)]));
  const fake = await cluster(made, circumstances.cluster);
  try {
    const target = { ...made.target, kubeconfig: fake.kubeconfig, machineAudience: audience, ...circumstances.target };
    const context = contextFor(target);
    await check.run(context);
    return context.probe;
  } finally {
    assert.deepEqual(fake.left(), []);
    await fake.close();
    await made.close();
  }
}

async function fails(check: Check, circumstances: Circumstances, ...says: RegExp[]): Promise<void> {
  const { faults } = await run(check, circumstances);
  for (const expected of says) {
    assert(
      faults.some((text) => expected.test(text)),
      `it said nothing like ${String(expected)}, but ${faults.join("\n")}`,
    );
  }
}

async function passes(check: Check, least: number, circumstances: Circumstances = {}): Promise<void> {
  const { faults, right } = await run(check, circumstances);
  assert.deepEqual(faults, []);
  assert(right.length >= least, `${right.length} things were tried`);
}

describe("the check of Kubernetes' tokens", () => {
  it("passes where tokens for the gate open it and others don't", () => passes(kubernetesToken, 12));

  it("fails where the audience doesn't matter", () =>
    fails(
      kubernetesToken,
      { faults: { ignores: ["aud"] } },
      /^a token for the API server: should have been refused .* came status 200, and the application saw system:service/,
      /^a token for the API server that ends with its pod/,
      /^a token for somebody else/,
      /^a token for an audience that begins like the gate's/,
    ));

  it("fails where the gate does not know the cluster", () =>
    fails(
      kubernetesToken,
      { rules: [] },
      /^a token for the gate: the application should have seen system:serviceaccount/,
    ));

  it("fails where the cluster gives every token the gate's audience", () =>
    fails(
      kubernetesToken,
      { cluster: { moreAudiences: [audience] } },
      /^a token for the API server carries the gate's audience/,
    ));

  it("fails where a machine can say who it is", () =>
    fails(
      kubernetesToken,
      { faults: { passes: (name) => name === "kubeflow-groups" } },
      /with forged identity headers: .* with the groups intruders/,
    ));

  it("throws where no audience is known", async () => {
    await assert.rejects(run(kubernetesToken, { target: { machineAudience: undefined } }), /no audience/);
  });
});

describe("the check of wrong claims", () => {
  it("passes where each is refused, and leaves nothing behind", () => passes(wrongClaims, 80));

  it("fails where claims are not read", () =>
    fails(
      wrongClaims,
      { faults: { ignores: ["iss", "aud", "exp", "nbf"] } },
      /^another audience: should/,
      /^no audience: should/,
      /^an audience that begins like the right one: should/,
      /^an issuer that nobody trusts: should/,
      /^no issuer: should/,
      /^a time that is over for 90 s: should/,
      /^a time that has not come yet, for another 2 minutes: should/,
    ));
});

describe("the check of wrong claims, as to the issuer", () => {
  it("fails where one that the settings do not name is let in", () =>
    fails(
      wrongClaims,
      { faults: { ignores: ["known issuers"] } },
      /^the right claims: should have been believed, and denied with 403 .*; came status 200, and the application saw machine-/,
    ));
});

describe("the check of tokens for another client", () => {
  it("passes where they are refused", () => passes(foreignAudience, 3));

  it("fails where the audience doesn't matter", () =>
    fails(
      foreignAudience,
      { faults: { ignores: ["aud"] } },
      /^a token of Dex for another client: should have been refused/,
    ));

  it("fails where another client gets a token for the gate", () =>
    fails(foreignAudience, { faults: { crossClient: true } }, /^another client asked Dex for a token .* and got one$/));
});

describe("the check of an issuer that is out of reach", () => {
  const away = { issuer: "https://away.example.com", audience: "gate" };
  const known: Rule = { issuer: away.issuer, audiences: [away.audience], keys: [], userClaim: "sub" };
  const target = { unreachableIssuer: away };

  it("passes where the others go on", () =>
    passes(unreachableIssuer, 50, { rules: [known, clusterRule(audience)], target }));

  it("passes with Dex alone", () =>
    passes(unreachableIssuer, 30, { rules: [known], target: { ...target, machineAudience: undefined } }));

  it("fails where the others are refused too", () =>
    fails(unreachableIssuer, { rules: [known], target }, /^a token of the cluster: the application should have seen/));

  it("fails where its tokens are believed unread", () =>
    fails(
      unreachableIssuer,
      { rules: [known, clusterRule(audience)], target, faults: { believes: () => true } },
      /^a token of the issuer whose keys are out of reach: should have been refused/,
    ));

  it("throws where the gate does not know that issuer, or none is named", async () => {
    await assert.rejects(run(unreachableIssuer, { target }), /the gateway does not know the issuer https:\/\/away/);
    await assert.rejects(run(unreachableIssuer), /no issuer was named whose keys are out of reach/);
  });
});
