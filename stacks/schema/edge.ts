/** Where the certificate comes from that browsers and machines see. */
import { z } from "zod";
import { email, httpsUrl, text } from "../fields";
import { certificatesOf } from "../pem";
import { secretName, secretText } from "../secrets";
import { dns01Provider } from "./dns01";

const chain = (mend: string) =>
  text({ title: "PEM certificates", mend, accepts: (value) => certificatesOf(value).length > 0 });

const challenge = z.discriminatedUnion("type", [
  z.strictObject({
    type: z
      .literal("http01")
      .describe(
        "The ACME server asks each host at port 80 (RFC 8555, section 8.3): it must reach the gateway under that name.",
      ),
  }),
  z.strictObject({
    type: z
      .literal("dns01")
      .describe("The ACME server asks for a TXT record (RFC 8555, section 8.4); only this can have a wildcard signed."),
    provider: dns01Provider.describe("Who serves the zone of `domain`."),
  }),
]);

const acme = z.strictObject({
  type: z.literal("acme").describe("An ACME server issues it to cert-manager, such as Let's Encrypt."),
  email: email.describe("Whom the ACME server writes to about the account."),
  server: httpsUrl
    .optional()
    .describe(
      "The server's directory (RFC 8555, section 7.1.1). Default: Let's Encrypt, in `dev` its staging server, whose certificates no browser trusts.",
    ),
  caBundle: chain("write the PEM certificates of the CA that signs the ACME server's own certificate")
    .optional()
    .describe("The CA of an ACME server of your own, as PEM certificates; without it the system's."),
  names: z
    .enum(["wildcard", "hosts"], "write wildcard or hosts")
    .optional()
    .describe(
      "What it covers: `domain` and `*.<domain>`, or only the hosts that the stack serves. Default: `wildcard` with `dns01`, `hosts` with `http01`, which cannot have a wildcard signed.",
    ),
  challenge: challenge.describe("How the ACME server sees that the domain is yours."),
});

export const edge = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("privateCa").describe("The private CA of this stack issues it.") }),
    acme,
    z.strictObject({
      type: z.literal("existingSecret").describe("It lies in the cluster already, and somebody else renews it."),
      secretName: secretName("ingress").describe(
        "The name of a Secret of type `kubernetes.io/tls` in the namespace `ingress`: `tls.crt` the chain, leaf first, `tls.key` its key.",
      ),
    }),
    z.strictObject({
      type: z.literal("given").describe("You give it, with its key, and renew it by hand."),
      certificate: chain("write the certificate and its chain as PEM, the leaf first, and no private key").describe(
        "The certificate chain as PEM, the leaf first.",
      ),
      privateKey: secretText("set the PEM private key with pulumi config set --secret --path").describe(
        "The leaf's private key as PEM.",
      ),
    }),
    z.strictObject({
      type: z
        .literal("offload")
        .describe(
          "The load balancer ends TLS and sends plain HTTP from `ingress.trustedRanges`: its port 80 to the Service's 80, its port 443 to the Service's 443.",
        ),
    }),
  ])
  .prefault({ type: "privateCa" })
  .describe("Where the certificate of the public hosts comes from; inside, the private CA's stays.");
