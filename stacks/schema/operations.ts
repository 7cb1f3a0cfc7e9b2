/** How the platform is run: numbers of pods, rotation, metrics, exceptions, mirrors. */
import { z } from "zod";
import { chartSource, imageRegistry, line, namespaceName, rotation } from "../fields";

export const replicasSettings = z
  .int("write a whole number")
  .min(1, "run at least one pod")
  .max(20, "run at most 20 pods")
  .default(2)
  .describe("Pods of Dex, of oauth2-proxy, of istiod and of cert-manager's webhook each.");

export const rotationSettings = z
  .strictObject({
    cookieSecret: rotation.default(1).describe("One more makes a new cookie secret: every session ends."),
    clientSecret: rotation
      .default(1)
      .describe(
        "One more makes a new secret between oauth2-proxy and Dex; with a provider in place of Dex it restarts oauth2-proxy, so that it reads a new one.",
      ),
    staticPasswords: rotation.default(1).describe("One more makes new passwords for `identity.staticUsers`."),
    connectorSecrets: rotation
      .default(1)
      .describe(
        "One more restarts Dex, so that it reads new secrets of `identity.connectors` and of its database; others make those.",
      ),
    sessionStorage: rotation
      .default(1)
      .describe("One more restarts oauth2-proxy, so that it reads a new password of `sessions.storage`."),
    machineClients: rotation
      .default(1)
      .describe("One more makes new secrets for `machines.clients`; jobs need them at once."),
    certificateAuthority: rotation
      .default(1)
      .describe("One more makes a new private CA and has every certificate issued again."),
  })
  .prefault({})
  .describe("Rotation numbers: raise one, run `pulumi up`, and what uses the secret is restarted.");

export const monitoringSettings = z
  .strictObject({
    namespace: namespaceName.optional().describe("The namespace whose pods may scrape metrics; without it nobody may."),
  })
  .prefault({})
  .describe("Metrics.");

export const networkSettings = z
  .strictObject({
    metadataExceptions: z
      .array(
        z.strictObject({
          namespace: z
            .enum(
              ["cert-manager"],
              "only cert-manager has a use for the cloud's metadata server (DNS-01 with workload identity)",
            )
            .describe("The namespace that is let through."),
          reason: line("say in a sentence why this namespace needs the metadata server", { shortest: 10 }).describe(
            "Why; it stands in the NetworkPolicy's annotation.",
          ),
        }),
      )
      .default([])
      .describe("Namespaces that may reach the cloud's metadata server, 169.254.169.254."),
  })
  .prefault({})
  .describe("Exceptions from the network policies.");

export const echoSettings = z
  .strictObject({
    enabled: z
      .boolean("write true or false")
      .default(false)
      .describe(
        "Whether a small application at `echo.<domain>` shows the identity that the gate verified; `dev` only.",
      ),
  })
  .prefault({})
  .describe("An application to see the chain with.");

export const mirrorSettings = z
  .strictObject({
    charts: chartSource
      .optional()
      .describe(
        "Where all charts come from instead of their own repositories: a folder that holds `<chart>` folders or `<chart>-<version>.tgz` files, an `https://` repository or an `oci://` path.",
      ),
    images: imageRegistry
      .optional()
      .describe(
        "Where all images come from instead of their own registries: a registry with the path below which each keeps its own, so that `quay.io/jetstack/cert-manager-webhook` is `registry.example.com/mirror/jetstack/cert-manager-webhook`. `npm run mirror` lists them.",
      ),
  })
  .prefault({})
  .describe("Mirrors, for clusters that reach no public registry.");
