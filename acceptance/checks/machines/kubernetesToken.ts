import { decodeJwt } from "jose";
import { type Check, type CheckContext } from "../../check";
import { clusterApi } from "../../cluster/api";
import { make, type Sandbox, withSandbox } from "../../cluster/sandbox";
import { makeServiceAccount, tokenOf } from "../../cluster/serviceAccounts";
import { askEcho, bearer } from "../../tokens/ask";
import { expectIdentity, expectRefused } from "../../tokens/refusal";
import { restrictedPod } from "./restrictedPod";

const account = "machine";

/** The way in for machines: a token of a service account that was made for this gate. */
export const kubernetesToken: Check = {
  area: "machines",
  name: "kubernetes-token",
  proves:
    "A service account's token with the gate's audience opens the gate from outside, in that account's name and no other; every other token of the same account, such as the one that each pod has, is refused.",
  mend: "Look at `machines.issuers`: `issuer` must be the `iss` of the tokens, letter for letter, `audiences` the gate's own and never the API server's, `jwks` the keys that the API server has now (`kubectl get --raw /openid/v1/jwks`).",
  exercises: ["gateway", "istiod", "API server"],
  needs: ["cluster", "audience", "echo"],
  timeout: 120,
  async run(context) {
    const audience = context.target.machineAudience;
    if (audience === undefined) {
      throw new Error("no audience for the cluster's tokens was given (--audience), so there is none to try");
    }
    await withSandbox(clusterApi(context.target), { sidecars: false, signal: context.signal }, async (sandbox) => {
      await makeServiceAccount(sandbox, account);
      await tokensOf(context, sandbox, audience);
    });
  },
};

async function tokensOf(context: CheckContext, sandbox: Sandbox, audience: string): Promise<void> {
  const { probe } = context;
  const user = `system:serviceaccount:${sandbox.namespace}:${account}`;
  const pod = await boundPod(sandbox);
  const holder = { user, groups: [] };
  for (const [what, wish] of [
    ["a token for the gate", { audience }],
    ["a token for the gate that ends with its pod", { audience, pod }],
  ] as const) {
    probe.busy(what);
    const token = await tokenOf(sandbox, account, wish);
    expectIdentity(probe, await askEcho(context, [bearer(token)]), holder, what);
    const forged = [
      ["kubeflow-userid", "intruder@example.org"],
      ["kubeflow-groups", "intruders"],
    ] as const;
    const answer = await askEcho(context, [bearer(token), ...forged]);
    expectIdentity(probe, answer, holder, `${what}, with forged identity headers`);
  }
  for (const [what, wish] of [
    ["a token for the API server", {}],
    ["a token for the API server that ends with its pod, as each pod has one", { pod }],
    ["a token for somebody else", { audience: "gatehouse-verify.example.org" }],
    ["a token for an audience that begins like the gate's", { audience: `${audience}.example.org` }],
  ] as const) {
    probe.busy(what);
    const token = await tokenOf(sandbox, account, wish);
    if ([decodeJwt(token).aud].flat().includes(audience)) {
      // On some clusters the gate's audience is also the API server's own: then every pod's token opens the gate.
      probe.wrong(`${what} carries the gate's audience, so that it cannot be told from one for the gate`);
      continue;
    }
    expectRefused(probe, await askEcho(context, [bearer(token)]), what);
  }
}

/** A pod that never runs: its name and identity are all that a bound token takes. */
async function boundPod(sandbox: Sandbox): Promise<{ name: string; uid: string }> {
  const manifest = restrictedPod({
    name: "never-runs",
    serviceAccount: account,
    image: "gatehouse.invalid/never-runs",
    sidecar: false,
  });
  const { metadata } = await make(sandbox, {
    ...manifest,
    spec: { ...manifest.spec, schedulingGates: [{ name: "gatehouse.invalid/never-runs" }] },
  });
  return { name: metadata.name, uid: metadata.uid };
}
