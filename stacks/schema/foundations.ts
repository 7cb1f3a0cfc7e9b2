/** What the platform stands on: cert-manager and Istio, installed by this program or by somebody else. */
import { z } from "zod";
import { namespaceName, text } from "../fields";

const eitherType = {
  error: (issue: { code?: string }) => (issue.code === "invalid_union" ? "write installed or existing" : undefined),
};

export const certManagerSettings = z
  .discriminatedUnion(
    "type",
    [
      z.strictObject({
        type: z.literal("installed").default("installed").describe("This program installs it."),
      }),
      z.strictObject({
        type: z
          .literal("existing")
          .describe("It is in the cluster already; `pulumi up` checks that it is as the platform's issuers need it."),
        namespace: namespaceName.describe("The namespace of its Deployment `cert-manager`."),
        clusterResourceNamespace: namespaceName
          .optional()
          .describe(
            "Where ClusterIssuers look for Secrets, its flag `--cluster-resource-namespace`; the private CA's key goes there. Default: `namespace`.",
          ),
      }),
    ],
    eitherType,
  )
  .prefault({})
  .describe("The cert-manager that issues the platform's certificates.");

export const istioSettings = z
  .discriminatedUnion(
    "type",
    [
      z.strictObject({
        type: z.literal("installed").default("installed").describe("This program installs it."),
        strictMtls: z
          .enum(["mesh", "gatehouse"], "write mesh or gatehouse")
          .default("mesh")
          .describe(
            "Where plain text between sidecars is refused: in the whole mesh, or only in the namespaces that this program owns.",
          ),
      }),
      z.strictObject({
        type: z
          .literal("existing")
          .describe(
            "It is in the cluster already; `pulumi up` checks that it has the settings that `npm run mesh` prints.",
          ),
        namespace: namespaceName.describe("The namespace of istiod."),
        revision: text({
          title: "revision",
          mend: "write istiod's revision, such as stable, or remove the setting where it is the default one",
          pattern: /^(?!default$)[a-z0-9]([-a-z0-9]{0,54}[a-z0-9])?$/,
        })
          .optional()
          .describe("The revision of istiod that injects the gateway and the sidecars. Default: the default revision."),
      }),
    ],
    eitherType,
  )
  .prefault({})
  .describe("The mesh.");
