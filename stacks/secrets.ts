/** Values that are secrets: made by `pulumi config set --secret`, or in a Secret of the cluster already. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { text } from "./fields";

const secretMend =
  "set it with pulumi config set --secret --path, or name a Secret of the namespace auth by secretName and key";

/** A value from `pulumi config set --secret`, wrapped again at once, so that it is never a plain string in the program. */
export const secretText = z
  .string({ error: secretMend })
  .refine((value) => value !== "", secretMend)
  .transform((value) => pulumi.secret(value))
  .meta({ secret: true });

export const kubernetesSecret = z
  .strictObject({
    secretName: text({
      title: "name of a Secret",
      mend: "write the name of a Secret in the namespace auth",
      pattern: /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    }).describe("The Secret's name in the namespace `auth`."),
    key: text({
      title: "key of a Secret",
      mend: "write a key of that Secret, such as clientSecret",
      pattern: /^(?!\.$|\.\.)[-._a-zA-Z0-9]{1,253}$/,
    }).describe("The key in the Secret's data."),
  })
  .describe("A Secret that exists already, for example one that an external secrets operator keeps.");

/** Either of the two, for a client secret or a password that somebody else made. */
export const givenSecret = z.union([secretText, kubernetesSecret]);

export type GivenSecret = z.output<typeof givenSecret>;
export type KubernetesSecret = z.output<typeof kubernetesSecret>;
