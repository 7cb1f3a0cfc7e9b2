/** Machine identities: the cluster's own issuer, clients of Dex for jobs, and any other issuer. */
import { z } from "zod";
import { authority } from "../authority";
import { httpsUrl, someOf } from "../fields";
import {
  audiences,
  claimName,
  clusterAccounts,
  identifier,
  keyAuthority,
  kubernetesAccounts,
  machineIssuer,
  machineUsers,
} from "../issuers";

const clusterIssuer = httpsUrl.describe(
  "The `iss` claim of the cluster's tokens, exactly: `kubectl get --raw /.well-known/openid-configuration`.",
);

const clusterUsers = clusterAccounts
  .default([kubernetesAccounts])
  .describe(
    "Which accounts may come in from outside: `system:serviceaccount:<namespace>:<account>`, or with `*` in place of the account all of a namespace. Default: `system:serviceaccount:*`, all of them.",
  );

const clusterSettings = z
  .discriminatedUnion("type", [
    z.strictObject({
      type: z
        .literal("none")
        .describe(
          "Whose keys the gate uses for tokens of this cluster: `none`; `selfSigned`, where only the API server has them (kind, most clusters on premises); `public`, where anybody can read them (EKS, GKE, AKS).",
        ),
    }),
    z.strictObject({
      type: z
        .literal("selfSigned")
        .describe("The keys come from the API server, through a small proxy of the platform."),
      issuer: clusterIssuer,
      audiences,
      users: clusterUsers,
    }),
    z.strictObject({
      type: z.literal("public").describe("The keys come from the issuer itself, over public TLS."),
      issuer: clusterIssuer,
      audiences,
      users: clusterUsers,
      jwksUri: httpsUrl
        .optional()
        .describe(
          "Where istiod fetches the keys. Default: the known place of EKS, GKE or AKS; of another issuer its discovery document says it, and then istiod keeps none of them through an outage.",
        ),
      ca: authority.describe(keyAuthority),
    }),
  ])
  .default({ type: "none" })
  .describe("The cluster that the platform runs in, as an issuer of tokens.");

const machineConnector = z.strictObject({
  id: identifier("github-actions").describe("Dex's identifier of the connector: `connector_id` of a token exchange."),
  issuer: httpsUrl.describe(
    "The issuer of the jobs' own tokens, exactly as its discovery document spells it, for example `https://token.actions.githubusercontent.com`.",
  ),
  ca: authority.describe("Who vouches for the issuer's certificate; Dex trusts a given CA and no other."),
  userClaim: claimName("sub")
    .default("sub")
    .describe(
      "The claim of a job's token that becomes `kubeflow-userid`; a text that names the job, and nothing a job can choose. Of GitHub and GitLab only claims that name the owner are taken.",
    ),
  groupsClaim: claimName("repository")
    .optional()
    .describe("The claim that becomes `kubeflow-groups`; without it a job has no groups."),
});

const machineClient = z.strictObject({
  id: identifier("ci").describe(
    "The client ID, and the audience of the tokens that Dex gives to it; its secret is in the output `machineClientSecrets`.",
  ),
  connectors: someOf(
    identifier("github-actions"),
    "name at least one of machines.connectors: this client exchanges their tokens",
  ).describe("Identifiers of `machines.connectors` whose tokens this client may exchange."),
  users: machineUsers.describe(
    "Whose tokens open the gate: values of the connector's `userClaim`, or beginnings of them with `*` at the end.",
  ),
});

export const machinesSettings = z
  .strictObject({
    cluster: clusterSettings,
    connectors: z
      .array(machineConnector)
      .default([])
      .describe("Issuers of jobs' tokens that Dex exchanges for its own; people cannot sign in with them."),
    clients: z
      .array(machineClient)
      .default([])
      .describe(
        "Clients of Dex for jobs: each exchanges a job's token for one of Dex (RFC 8693) and has a secret of its own.",
      ),
    issuers: z
      .array(machineIssuer)
      .default([])
      .describe("Issuers besides Dex whose tokens open the gate as `Authorization: Bearer`."),
  })
  .prefault({})
  .describe("Machine identities.");
