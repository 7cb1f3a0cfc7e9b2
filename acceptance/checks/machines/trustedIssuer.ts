import { randomBytes } from "node:crypto";
import { gateway } from "../../../components/topology";
import { type Api } from "../../cluster/api";
import { type Manifest, withObject } from "../../cluster/sandbox";

export interface TrustedIssuer {
  issuer: string;
  audience: string;
  keySet: string;
}

/** A rule for one more issuer at the gateway, with the same parts as the deployment's own rules. */
export function trustRule(name: string, { issuer, audience, keySet }: TrustedIssuer): Manifest {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "RequestAuthentication",
    metadata: { name, labels: { "app.kubernetes.io/managed-by": "gatehouse-verify" } },
    spec: {
      selector: { matchLabels: gateway.labels },
      jwtRules: [
        {
          issuer,
          audiences: [audience],
          jwks: keySet,
          fromHeaders: [{ name: "Authorization", prefix: "Bearer " }],
          forwardOriginalToken: false,
          outputClaimToHeaders: [
            { header: "kubeflow-userid", claim: "sub" },
            { header: "kubeflow-groups", claim: "groups" },
          ],
        },
      ],
    },
  };
}

/**
 * Lets the gateway trust one more issuer for a while. Should the rule stay behind, it opens nothing: the issuer's key is
 * gone with this process.
 */
export function withTrustedIssuer<T>(
  api: Api,
  issuer: TrustedIssuer,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const rule = trustRule(`gatehouse-verify-${randomBytes(4).toString("hex")}`, issuer);
  return withObject(api, gateway.namespace, rule, signal, action);
}
