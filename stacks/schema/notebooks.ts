/** Where notebooks are, and what else runs anybody's code. */
import { z } from "zod";
import { dnsName, line } from "../fields";
import { givenSecret } from "../secrets";

/** The rest of both modes with hosts of their own. */
const origins = {
  domain: dnsName.describe(
    "The domain below which each notebook has a host, `<namespace>--<name>.<domain>`, and people sign in to them at `auth.<domain>`; the wildcard of it needs a DNS record, and the cluster Kubernetes 1.36 or newer (MutatingAdmissionPolicy). It must be neither `sessions.cookieDomain` nor below or above it, because browsers would send the gate's session to notebooks.",
  ),
  forwardAuthorization: z
    .boolean("write true or false")
    .default(false)
    .describe(
      "Whether a notebook gets the `Authorization` header that a client sends to its host, such as `token …` of Jupyter's own API. A JSON Web Token as it stands never reaches one; packed into something else, such as a password, it does. Whoever asks needs a session either way.",
    ),
  client: z
    .strictObject({
      clientId: line("write the client ID that the provider gave").describe(
        "The client ID, another than the gate's; its redirect URI is `https://auth.<domain>/oauth2/callback`.",
      ),
      clientSecret: givenSecret.describe(
        "The client secret: a Pulumi secret, or a Secret that is in the cluster already.",
      ),
    })
    .optional()
    .describe(
      "The client of notebooks at the provider that stands in place of Dex; with Dex it is made here and may not be written.",
    ),
};

const subdomain = z.strictObject({
  mode: z
    .literal("subdomain")
    .describe(
      "A host for each notebook, below the gate's registrable domain: another origin, but the same site, so that the gateway's rules alone keep a notebook's pages from the gate.",
    ),
  ...origins,
});

const separateDomain = z.strictObject({
  mode: z
    .literal("separate-domain")
    .describe(
      "A host for each notebook, below another registrable domain than the gate's: another site, for which browsers also keep cookies and processes apart.",
    ),
  ...origins,
});

export const notebooksSettings = z
  .discriminatedUnion("mode", [
    z.strictObject({
      mode: z
        .literal("path")
        .describe(
          "Below `/notebook/` of the gate's host, as Kubeflow has it: every notebook is the dashboard's own page.",
        ),
    }),
    subdomain,
    separateDomain,
  ])
  .prefault({ mode: "path" })
  .describe("Where notebooks, TensorBoards and volume viewers are, which run anybody's code.");

export type NotebookOrigins = z.output<typeof subdomain> | z.output<typeof separateDomain>;
