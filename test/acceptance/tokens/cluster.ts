import { sign } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jws } from "../../../acceptance/tokens/jws";
import { fakeAuthority, gateName } from "../fakeGate";
import { dexKey, gateCertificate } from "./deployment";
import { type Rule } from "./gateway";

export const clusterIssuer = "https://kubernetes.default.svc.cluster.local";

export interface ClusterFaults {
  /** Audiences that each token has besides those that were asked for. */
  moreAudiences?: readonly string[];
  /** The gate goes on trusting an issuer whose rule is gone. */
  forgetsNothing?: boolean;
}

export interface Cluster {
  /** Path of a kubeconfig. */
  kubeconfig: string;
  /** What was made and not removed. */
  left: () => string[];
  close(): Promise<void>;
}

interface Body {
  kind?: string;
  metadata?: { name?: string; uid?: string };
  spec?: { audiences?: string[]; jwtRules?: { issuer: string; audiences: string[]; jwks: string }[] };
  id?: string;
  secret?: string;
}

/** An API server whose RequestAuthentications and clients of Dex take effect in a fake deployment at once. */
export async function cluster(
  { rules, clients }: { rules: Rule[]; clients: Map<string, string> },
  faults: ClusterFaults = {},
): Promise<Cluster> {
  const objects = new Map<string, Body>();
  const handle = (method: string, path: string, body: Body): object | undefined => {
    const account = /\/namespaces\/([^/]+)\/serviceaccounts\/([^/]+)\/token$/.exec(path);
    if (account !== null) {
      return { status: { token: tokenFor(account[1] ?? "", account[2] ?? "", body, faults) } };
    }
    if (method === "DELETE") {
      const gone = objects.get(path);
      objects.delete(path);
      clients.delete(gone?.id ?? "");
      for (const { issuer } of faults.forgetsNothing === true ? [] : (gone?.spec?.jwtRules ?? [])) {
        rules.splice(
          rules.findIndex((rule) => rule.issuer === issuer),
          1,
        );
      }
      return gone;
    }
    const name = body.metadata?.name ?? "";
    const stored = { ...body, metadata: { ...body.metadata, name, uid: `uid-of-${name}` } };
    objects.set(`${path}/${name}`, stored);
    for (const { issuer, audiences, jwks } of body.spec?.jwtRules ?? []) {
      rules.push({
        issuer,
        audiences,
        keys: (JSON.parse(jwks) as { keys: Rule["keys"] }).keys,
        userClaim: "sub",
        unnamed: true,
      });
    }
    if (body.id !== undefined) {
      clients.set(body.id, body.secret ?? "");
    }
    return stored;
  };
  const server = createServer(await gateCertificate(), (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const path = (request.url ?? "").replace(/\?.*/, "");
      const answer = handle(request.method ?? "", path, (text === "" ? {} : JSON.parse(text)) as Body);
      response.statusCode = answer === undefined ? 404 : 200;
      response.end(JSON.stringify(answer ?? { reason: "NotFound" }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-kubeconfig-"));
  const kubeconfig = join(folder, "kubeconfig");
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      "current-context": "a",
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
      clusters: [
        {
          name: "a",
          cluster: {
            server: `https://127.0.0.1:${port}`,
            "certificate-authority-data": Buffer.from((await fakeAuthority()).cert).toString("base64"),
            "tls-server-name": `api.${gateName}`,
          },
        },
      ],
      users: [{ name: "a", user: {} }],
    }),
  );
  return {
    kubeconfig,
    // A namespace goes with everything in it.
    left: () => [...objects.keys()].filter((path) => !/\/namespaces\/gatehouse-verify-[0-9a-f]+\//.test(path)),
    close: () => {
      rmSync(folder, { recursive: true });
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function tokenFor(namespace: string, name: string, { spec }: Body, { moreAudiences = [] }: ClusterFaults): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: clusterIssuer,
    sub: `system:serviceaccount:${namespace}:${name}`,
    aud: [...(spec?.audiences ?? [clusterIssuer]), ...moreAudiences],
    iat: now,
    exp: now + 600,
  };
  return jws({ alg: "RS256", kid: dexKey.kid }, claims, (input) =>
    sign("sha256", Buffer.from(input), dexKey.privateKey),
  );
}

/** The rule with which the gate takes tokens of the cluster. */
export function clusterRule(audience: string): Rule {
  return { issuer: clusterIssuer, audiences: [audience], keys: [dexKey.jwk], userClaim: "sub" };
}
