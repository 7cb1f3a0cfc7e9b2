/** Settings that are secrets: a Pulumi secret, or a Secret that is in the cluster already. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { text } from "./fields";

/** A value from `pulumi config set --secret`, wrapped again at once, so that it is never a plain string in the program. */
export function secretText(mend: string) {
  return z
    .string({ error: mend })
    .refine((value) => value !== "", mend)
    .transform((value) => pulumi.secret(value))
    .meta({ secret: true });
}

export const secretName = (namespace: string) =>
  text({
    title: "name of a Secret",
    mend: `write the name of a Secret in the namespace ${namespace}`,
    pattern: /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  });

/** What the program calls its own Secrets; a given one of that name would be overwritten, or be its own. */
const ownSecrets = /^(dex|oauth2-proxy(-notebooks)?|gatehouse-.*)$/;

function foreignSecret(namespace: string) {
  const name = secretName(namespace);
  return name
    .refine((value) => !ownSecrets.test(value), "this name is one of the program's own Secrets: name one that you made")
    .meta(name.meta() ?? {});
}

export function kubernetesSecret(namespace: string, exampleKey: string) {
  return z
    .strictObject({
      secretName: foreignSecret(namespace).describe(`The Secret's name in the namespace \`${namespace}\`.`),
      key: text({
        title: "key of a Secret",
        mend: `write a key of that Secret, such as ${exampleKey}`,
        pattern: /^(?!\.$|\.\.)[-._a-zA-Z0-9]{1,253}$/,
      }).describe("The key in the Secret's data."),
    })
    .describe("A Secret that exists already, for example one that an external secrets operator keeps.");
}

/** Either of the two. */
export function secretIn(namespace: string, exampleKey: string) {
  return z.union([
    secretText(
      `set it with pulumi config set --secret --path, or name a Secret of the namespace ${namespace} by secretName and key`,
    ),
    kubernetesSecret(namespace, exampleKey),
  ]);
}

/** For a client secret or a password that somebody else made, of what runs in the namespace `auth`. */
export const givenSecret = secretIn("auth", "clientSecret");

/** A secret as `secretIn` makes it. */
export type GivenSecret = z.output<ReturnType<typeof secretIn>>;

export type KubernetesSecret = z.output<ReturnType<typeof kubernetesSecret>>;
