/** Who vouches for machines, and the users that Dex knows itself; the providers behind Dex are in connectors.ts. */
import { createPublicKey, type JsonWebKey } from "node:crypto";
import { z } from "zod";
import { authority } from "./authority";
import { email, groupName, httpsUrl, line, listOf, someOf, text } from "./fields";

export const identifier = (example: string) =>
  text({
    title: "identifier",
    mend: `write up to 32 lower-case letters, digits and dashes, such as ${example}`,
    pattern: /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/,
  });

/**
 * Without dots: Envoy reads one as a path into a nested claim, and Istio's policies read it as part of the name, so the
 * header would be missing where the policy sees the claim.
 */
export const claimName = (example: string) =>
  text({
    title: "claim",
    mend: `write the name of a claim without dots, such as ${example}`,
    pattern: /^[A-Za-z0-9_:/-]{1,255}$/,
  });

export const staticUser = z.strictObject({
  email: email.describe("The e-mail address to sign in with; it becomes `kubeflow-userid`."),
  groups: listOf(groupName).default([]).describe("Groups of the user; they become `kubeflow-groups`."),
});

/** Audiences of every issuer but Dex, whose audiences are its clients. */
export const audiences = someOf(
  line("write an audience, such as pipelines.kubeflow.org"),
  "name at least one audience: a token that was made for somebody else must not open this gate (RFC 8725, section 3.9)",
).describe("Accepted `aud` claims; a token needs one of them.");

/** What Kubernetes calls its accounts in `sub`. */
export const kubernetesAccounts = "system:serviceaccount:*";

/**
 * One account of Kubernetes, or all of a namespace, or all. A name that is cut off anywhere else is the beginning of others,
 * too: `team-a*` is `team-a-2`, which somebody else may make.
 */
const account =
  "system:serviceaccount:(?:\\*|[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?:(?:\\*|[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?))";

/** Whose tokens come in, which an issuer for everybody does not say; Kubernetes keeps names with `system:` for itself. */
export const machineUsers = someOf(
  text({
    title: "user, or beginning of users with * at its end",
    mend: "write a whole user, or its beginning with * at the end, such as repo:example/pipelines:*; of a cluster one account, or all of a namespace, such as system:serviceaccount:team-a:*",
    pattern: new RegExp(
      `^(?:${account}|(?!system:)[\\x21-\\x29\\x2b-\\x7e](?:[\\x20-\\x29\\x2b-\\x7e]{0,253}[\\x21-\\x29\\x2b-\\x7e])?\\*?)$`,
    ),
  }),
  "name the users, such as repo:example/pipelines:*; of a public issuer anybody can have a token",
);

/** Accounts of the cluster itself, in its own words. */
export const clusterAccounts = someOf(
  text({
    title: "account, or all of a namespace with * at the end",
    mend: "write one account or all of a namespace, such as system:serviceaccount:team-a:ci or system:serviceaccount:team-a:*",
    pattern: new RegExp(`^${account}$`),
  }),
  "name the accounts, such as system:serviceaccount:team-a:*",
);

export const keyAuthority =
  "Who vouches for the certificate of the server with the keys; istiod trusts a given CA beside the public ones, for every issuer.";

export const machineIssuer = z.strictObject({
  name: identifier("cluster").describe("A name for messages and for the documentation of the stack."),
  issuer: httpsUrl.describe(
    "The `iss` claim of its tokens, exactly (RFC 7519, section 4.1.1). For Kubernetes: `kubectl get --raw /.well-known/openid-configuration`.",
  ),
  audiences,
  jwksUri: httpsUrl
    .optional()
    .describe(
      "Where istiod fetches the keys. Default: where the issuer's discovery document says, and then istiod keeps none of them through an outage.",
    ),
  ca: authority.describe(keyAuthority),
  jwks: text({
    title: "JSON Web Key Set",
    mend: "write a JSON Web Key Set of public keys only, RSA ones of at least 2048 bits, as a text, '{\"keys\":[…]}': kubectl get --raw /openid/v1/jwks",
    accepts: isKeySet,
  })
    .optional()
    .describe(
      "The public keys themselves (RFC 7517), for a cluster whose issuer nobody outside can reach: `kubectl get --raw /openid/v1/jwks`. They do not follow a rotation.",
    ),
  userClaim: claimName("sub").default("sub").describe("The claim that becomes `kubeflow-userid`."),
  users: machineUsers
    .default([kubernetesAccounts])
    .describe(
      "Whose tokens open the gate: values of `userClaim`, or beginnings of them with `*` at the end. Default: accounts of Kubernetes. Of a public issuer, such as GitHub's, anybody in the world can have a token for any audience.",
    ),
  userPrefix: text({
    title: "prefix of users",
    mend: "write up to 31 letters, digits, dots, dashes and underscores, and a colon at the end, such as cluster-b:",
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,30}:$/,
  })
    .optional()
    .describe(
      "What stands before each user in `kubeflow-userid`, such as `cluster-b:`, so that two issuers may use the same names; `users` are without it. Default: nothing.",
    ),
  groupsClaim: claimName("groups")
    .optional()
    .describe("The claim that becomes `kubeflow-groups`; without it a machine has no groups, whatever its token says."),
});

/** Members of RFC 7518 that hold a private or symmetric key: here they would let any reader mint tokens. */
export const privateMembers = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];

/** RFC 7518, section 3.3. */
const shortestRsa = 2048;

/** RFC 7517 set of keys that are public, asymmetric, long enough and well-formed. */
export function isKeySet(value: string): boolean {
  try {
    const { keys } = JSON.parse(value) as { keys?: unknown };
    return (
      Array.isArray(keys) &&
      keys.length > 0 &&
      keys.every((key: JsonWebKey) => {
        const { asymmetricKeyDetails: { modulusLength } = {} } = createPublicKey({ key, format: "jwk" });
        return (modulusLength ?? shortestRsa) >= shortestRsa && !privateMembers.some((member) => member in key);
      })
    );
  } catch {
    return false;
  }
}
