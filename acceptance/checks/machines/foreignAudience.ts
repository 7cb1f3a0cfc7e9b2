import { randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import { dex } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { clusterApi } from "../../cluster/api";
import { type Manifest, withObject } from "../../cluster/sandbox";
import { askEcho, bearer } from "../../tokens/ask";
import { grantIdToken, GrantRefused } from "../../tokens/grant";
import { type Client, clientOf, somebody } from "../../tokens/parts";
import { expectRefused } from "../../tokens/refusal";

/** Another application at the same Dex must not be able to open this gate with what people give it. */
export const foreignAudience: Check = {
  area: "machines",
  name: "foreign-audience",
  proves:
    "A genuine token of Dex that was made for another client is refused, and another client gets none that names the gate's.",
  mend: "Every rule of the RequestAuthentication `tokens` must list `audiences`; Dex's lists `oauth2-proxy` and nothing else. In Dex, the gate's client must have no `trustedPeers`.",
  exercises: ["gateway", "Dex"],
  needs: ["user", "client", "echo", "cluster", "disturb"],
  async run(context) {
    const { target, probe, signal } = context;
    const person = somebody(target);
    const gate = clientOf(target);
    const other: Client = {
      id: `gatehouse-verify-${randomBytes(4).toString("hex")}`,
      secret: randomBytes(32).toString("hex"),
      redirectUri: gate.redirectUri,
    };
    await withObject(clusterApi(target), dex.namespace, clientObject(other), signal, async () => {
      probe.busy("a token for another client");
      const token = await grantIdToken(target, person, { client: other, signal });
      if ([decodeJwt(token).aud].flat().join() !== other.id) {
        throw new Error("Dex's token for another client names another audience than that client; nothing can be tried");
      }
      expectRefused(probe, await askEcho(context, [bearer(token)]), "a token of Dex for another client");
      await withGateAsAudience(context, other, gate);
    });
    const token = await grantIdToken(target, person, { signal });
    const answer = await askEcho(context, [bearer(token)]);
    probe.expect(
      answer.status === 200,
      "the same person's token for the gate's client is accepted",
      `a token for the gate's client should have been accepted, or the refusals mean nothing; came ${answer.status}`,
    );
  },
};

/** Dex puts another client among the audiences where that client trusts this one. */
async function withGateAsAudience(context: CheckContext, other: Client, gate: Client): Promise<void> {
  const { target, probe, signal } = context;
  const scope = `openid email audience:server:client_id:${gate.id}`;
  try {
    await grantIdToken(target, somebody(target), { client: other, scope, signal });
    probe.wrong("another client asked Dex for a token that names the gate's client, and got one");
  } catch (error) {
    if (!(error instanceof GrantRefused) || error.code !== "invalid_scope") {
      throw error;
    }
    probe.seen("Dex gives another client no token that names the gate's");
  }
}

/** A client in Dex's storage, beside those of its configuration (storage/kubernetes/types.go of v2.45). */
export function clientObject({ id, secret, redirectUri }: Client): Manifest {
  return {
    apiVersion: "dex.coreos.com/v1",
    kind: "OAuth2Client",
    metadata: { name: storageName(id), labels: { "app.kubernetes.io/managed-by": "gatehouse-verify" } },
    id,
    secret,
    redirectURIs: [redirectUri],
    public: false,
    name: "gatehouse verify",
  };
}

/**
 * Dex finds an object by a name that it makes from the identifier: the identifier with the start value of FNV-64 behind
 * it, in base 32 without padding (storage/kubernetes/client.go).
 */
export function storageName(id: string): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const bytes = Buffer.concat([Buffer.from(id), Buffer.from("cbf29ce484222325", "hex")]);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[parseInt(five.padEnd(5, "0"), 2)] ?? "").join("");
}
