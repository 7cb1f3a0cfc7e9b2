import { type Check, type CheckContext, type Target } from "../../check";
import { seenByBackend } from "../../echo";
import { ask } from "../../http/request";
import { posted } from "../../signIn/hop";
import { askEcho, bearer } from "../../tokens/ask";
import { clientOf } from "../../tokens/parts";
import { expectRefused } from "../../tokens/refusal";

type Job = NonNullable<Target["job"]>;

const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
const idToken = "urn:ietf:params:oauth:token-type:id_token";
const scopes = "openid email groups federated:id";

/** What docs/2-machines.md has a job do, and what nobody else gets by the same way. */
export const job: Check = {
  area: "machines",
  name: "job",
  proves:
    "A job's own token, exchanged at Dex with its client's secret, opens the gate as that job; without `federated:id`, without the secret, from another job of the same issuer or by the gate's own client it opens nothing.",
  mend: "Look at the AuthorizationPolicy ingress/machine-clients: it compares the audience, `federated_claims.connector_id` and `email` of Dex's token (components/machineClientRules.ts).",
  exercises: ["gateway", "Dex", "istiod"],
  needs: ["job", "client", "echo"],
  run: async (context) => {
    const { target, probe } = context;
    const { job: given } = target;
    if (given === undefined) {
      throw new Error("no job was given");
    }
    const own = await exchange(context, given, given.token);
    if (own.token === undefined) {
      probe.wrong(`Dex should exchange a job's token; it answered ${own.status}`);
      return;
    }
    const answer = await askEcho(context, [bearer(own.token)]);
    const seen = seenByBackend(answer);
    probe.expect(
      answer.status === 200 && seen?.user === given.user,
      "the job's token opens the gate as that job",
      `the job should arrive as ${given.user}; came ${answer.status} as ${seen?.user ?? "nobody"}`,
    );
    expectRefused(probe, await askEcho(context, [bearer(given.token)]), "a job's own token, not exchanged");
    await refusedToken(
      context,
      await exchange(context, given, given.token, { scope: "openid email" }),
      "a token that doesn't say its connector",
    );
    if (given.othersToken !== undefined) {
      await refusedToken(context, await exchange(context, given, given.othersToken), "another job's token");
    }
    const { id, secret } = clientOf(target);
    await refusedToken(
      context,
      await exchange(context, { ...given, client: id, secret }, given.token),
      "a job's token that the gate's own client exchanged",
    );
    const withoutSecret = await exchange(context, { ...given, secret: "not-the-secret" }, given.token);
    probe.expect(
      withoutSecret.token === undefined && withoutSecret.status === 401,
      "without the client's secret Dex exchanges nothing",
      `without the client's secret Dex should answer 401; it answered ${withoutSecret.status}`,
    );
  },
};

interface Exchanged {
  status: number;
  token?: string;
}

/** RFC 8693, section 2.1, as docs/2-machines.md has it. */
async function exchange(
  { target, signal }: CheckContext,
  { client, secret, connector }: Pick<Job, "client" | "secret" | "connector">,
  token: string,
  { scope = scopes }: { scope?: string } = {},
): Promise<Exchanged> {
  const credentials = Buffer.from(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`).toString("base64");
  const form = posted({
    grant_type: exchangeGrant,
    connector_id: connector,
    scope,
    requested_token_type: idToken,
    subject_token_type: idToken,
    subject_token: token,
  });
  const answer = await ask(target, target.gate, "/dex/token", {
    ...form,
    headers: [...form.headers, ["Authorization", `Basic ${credentials}`]],
    signal,
  });
  const body = answer.status === 200 ? (JSON.parse(answer.body) as { access_token?: string }) : {};
  return { status: answer.status, ...(body.access_token === undefined ? {} : { token: body.access_token }) };
}

/** Whether Dex already refuses it or the gate does, it opens nothing. */
async function refusedToken(context: CheckContext, { token, status }: Exchanged, what: string): Promise<void> {
  if (token === undefined) {
    context.probe.seen(`${what}: refused by Dex with ${status}`);
    return;
  }
  expectRefused(context.probe, await askEcho(context, [bearer(token)]), what);
}
