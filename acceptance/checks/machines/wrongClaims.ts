import { randomUUID } from "node:crypto";
import { type JWTPayload } from "jose";
import { type Check, type CheckContext, type Probe } from "../../check";
import { clusterApi } from "../../cluster/api";
import { type Answer } from "../../http/request";
import { askEcho, bearer } from "../../tokens/ask";
import { forgedSignatures, someIntruder } from "../../tokens/forge";
import { keyOf } from "../../tokens/keys";
import { OwnIssuer } from "../../tokens/ownIssuer";
import { isRefused, whatCame } from "../../tokens/refusal";
import { seenByBackend } from "../../echo";
import { waitFor } from "../../cluster/wait";
import { refuseEach } from "../../tokens/refuseEach";
import { withTrustedIssuer } from "./trustedIssuer";

const audience = "gatehouse-verify.example.org";

/**
 * Whether Envoy reads the claims, and not only the signature. A token with a wrong claim and a good signature takes a key
 * that the gateway trusts; the deployment's own are out of reach, so the gateway is given one for as long as this takes.
 * Envoy refuses by itself what it does not believe. What it believes of this issuer the gateway's rules deny, because the
 * settings do not name it: that is how the two are told apart, and nobody comes in meanwhile.
 */
export const wrongClaims: Check = {
  area: "machines",
  name: "wrong-claims",
  proves:
    "A token with a good signature is refused when its issuer or audience is another, when its time is over (with 60 s for clocks) or has not come yet; the same token with right claims is believed, and then denied, because the settings do not name its issuer.",
  mend: "Only Envoy's jwt_authn filter may read tokens. Look for an EnvoyFilter that changes its `clock_skew_seconds`, `allow_missing` or rules, and at the versions of Istio and Envoy.",
  exercises: ["gateway", "istiod"],
  needs: ["cluster", "disturb", "echo"],
  timeout: 180,
  async run(context) {
    const { target, probe, signal } = context;
    const own = await OwnIssuer.make();
    const now = Math.floor(Date.now() / 1000);
    const user = `machine-${randomUUID().slice(0, 8)}`;
    const right: JWTPayload = { iss: own.issuer, aud: audience, sub: user, iat: now, exp: now + 3600 };
    const good = bearer(await own.sign(right));
    const stranger = await OwnIssuer.make(own.issuer);
    const ask = async (claims: JWTPayload, by = own): Promise<Answer> =>
      askEcho(context, [bearer(await by.sign(claims))]);
    const api = clusterApi(target);
    await withTrustedIssuer(api, { issuer: own.issuer, audience, keySet: own.keySet }, signal, async () => {
      probe.busy("waiting until the gateway trusts the suite's own issuer");
      const trusts = async () => {
        const answer = await askEcho(context, [good]);
        return isDenied(answer) || seenByBackend(answer) !== undefined ? true : undefined;
      };
      await waitFor("the gateway trusts the suite's own issuer", trusts, { within: 90_000, signal });
      expectDenied(probe, await askEcho(context, [good]), "the right claims");
      const among = await ask({ ...right, aud: ["gatehouse-verify.example.net", audience] });
      expectDenied(probe, among, "the right audience among others");
      for (const [what, claims] of wrong(right, now)) {
        expectUnbelieved(probe, await ask(claims), what);
      }
      expectUnbelieved(probe, await ask(right, stranger), "the right claims, signed by somebody else");
      const genuine = await own.sign(right);
      const forgeries = forgedSignatures(genuine, keyOf(genuine, own.keySet), someIntruder());
      await refuseEach(context, forgeries, expectUnbelieved);
      expectDenied(probe, await askEcho(context, [good]), "the right claims after all of them");
    });
    await forgotten(context, good);
  },
};

/** Envoy's words where a rule denies a request (RBAC filter); for another audience jwt_authn has 403, too, and its own words. */
const denied = "RBAC: access denied";

/** Believed by Envoy, and denied by the rule for known issuers (`known-issuers`). */
const isDenied = ({ status, body }: Answer): boolean => status === 403 && body.trim() === denied;
const isUnbelieved = (answer: Answer): boolean =>
  isRefused(answer) && [401, 403].includes(answer.status) && answer.body.trim() !== denied;

function expectDenied(probe: Probe, answer: Answer, what: string): void {
  probe.expect(
    isDenied(answer),
    `${what}: believed, and denied for its issuer`,
    `${what}: should have been believed, and denied with 403 because the settings do not name its issuer; came ${whatCame(answer)}`,
  );
}

function expectUnbelieved(probe: Probe, answer: Answer, what: string): void {
  probe.expect(
    isUnbelieved(answer),
    `${what}: not believed`,
    `${what}: should not have been believed, and refused as such with 401 or 403; came ${whatCame(answer)}`,
  );
}

/** Each differs from the right claims in one. */
function wrong(right: JWTPayload, now: number): [what: string, claims: JWTPayload][] {
  const { iss = "" } = right;
  return [
    ["another audience", { ...right, aud: "gatehouse-verify.example.net" }],
    ["an audience that begins like the right one", { ...right, aud: `${audience}.example.net` }],
    ["the right audience in upper case", { ...right, aud: audience.toUpperCase() }],
    ["no audience", { ...right, aud: undefined }],
    ["an empty list of audiences", { ...right, aud: [] }],
    ["an issuer that nobody trusts", { ...right, iss: "https://gatehouse-verify.example.net" }],
    ["the issuer with a slash behind it", { ...right, iss: `${iss}/` }],
    ["the issuer in upper case", { ...right, iss: iss.toUpperCase() }],
    ["an empty issuer", { ...right, iss: "" }],
    ["no issuer", { ...right, iss: undefined }],
    ["a time that is over for 90 s", { ...right, exp: now - 90 }],
    ["a time that is over for a day", { ...right, iat: now - 90_000, exp: now - 86_400 }],
    ["a time that has not come yet, for another 2 minutes", { ...right, nbf: now + 120 }],
    ["a time that has not come yet, for another day", { ...right, nbf: now + 86_400, exp: now + 90_000 }],
  ];
}

/** What the check added must be gone before the next one runs. */
async function forgotten(context: CheckContext, good: readonly [string, string]): Promise<void> {
  const { probe, signal } = context;
  probe.busy("waiting until the gateway trusts the suite's own issuer no more");
  const gone = async () => (isUnbelieved(await askEcho(context, [good])) ? true : undefined);
  await waitFor("the gateway forgets the suite's own issuer", gone, { within: 60_000, signal });
  probe.seen("the suite's own issuer is trusted no more");
}
