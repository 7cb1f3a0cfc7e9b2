import { type Check, type CheckContext, type Target } from "../../check";
import { clusterApi } from "../../cluster/api";
import { withSandbox } from "../../cluster/sandbox";
import { makeServiceAccount, tokenOf } from "../../cluster/serviceAccounts";
import { askEcho, bearer } from "../../tokens/ask";
import { identityOf } from "../../tokens/claims";
import { someIntruder } from "../../tokens/forge";
import { grantIdToken } from "../../tokens/grant";
import { OwnIssuer } from "../../tokens/ownIssuer";
import { somebody } from "../../tokens/parts";
import { expectIdentity, expectRefused, type Identity } from "../../tokens/refusal";

type UnreachableIssuer = NonNullable<Target["unreachableIssuer"]>;

/** A token that must go through while another issuer is out of reach. */
interface Bystander {
  what: string;
  token: string;
  identity: Identity;
}

const rounds = 10;

/** One issuer's trouble is not everybody's. */
export const unreachableIssuer: Check = {
  area: "machines",
  name: "unreachable-issuer",
  proves:
    "While the keys of one issuer cannot be fetched, its tokens are refused and those of Dex and of the cluster go through at the same time.",
  mend: "istiod must fetch the keys (`PILOT_JWT_ENABLE_REMOTE_JWKS: false`), so that it keeps the last ones of each issuer by itself; see its log for `jwks`.",
  exercises: ["gateway", "istiod", "Dex"],
  needs: ["user", "client", "echo", "unreachable-issuer"],
  timeout: 120,
  async run(context) {
    const { target, signal } = context;
    const { unreachableIssuer: away, kubeconfig, machineAudience } = target;
    if (away === undefined) {
      throw new Error("no issuer was named whose keys are out of reach");
    }
    const token = await grantIdToken(target, somebody(target), { signal });
    const dex: Bystander = { what: "a token of Dex", token, identity: identityOf(token) };
    if (kubeconfig === undefined || machineAudience === undefined) {
      await together(context, away, [dex]);
      return;
    }
    await withSandbox(clusterApi(target), { sidecars: false, signal }, async (sandbox) => {
      await makeServiceAccount(sandbox, "machine");
      const machine = await tokenOf(sandbox, "machine", { audience: machineAudience });
      const user = `system:serviceaccount:${sandbox.namespace}:machine`;
      await together(context, away, [
        dex,
        { what: "a token of the cluster", token: machine, identity: { user, groups: [] } },
      ]);
    });
  },
};

async function together(
  context: CheckContext,
  { issuer, audience }: UnreachableIssuer,
  bystanders: readonly Bystander[],
): Promise<void> {
  const { probe } = context;
  const own = await OwnIssuer.make(issuer);
  const { user, groups } = someIntruder();
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: audience, sub: user, email: user, groups, iat: now, exp: now + 3600 };
  const foreign = await own.sign(claims);
  for (let round = 1; round <= rounds; round += 1) {
    probe.busy(`round ${round} of ${rounds}`);
    const [answer, ...others] = await Promise.all([
      askEcho(context, [bearer(foreign)]),
      ...bystanders.map(({ token }) => askEcho(context, [bearer(token)])),
    ]);
    expectRefused(probe, answer, "a token of the issuer whose keys are out of reach");
    if (/issuer is not configured/i.test(answer.body)) {
      throw new Error(`the gateway does not know the issuer ${issuer}, so that its being out of reach shows nothing`);
    }
    for (const [index, { what, identity }] of bystanders.entries()) {
      const other = others[index];
      if (other !== undefined) {
        expectIdentity(probe, other, identity, what);
      }
    }
  }
}
