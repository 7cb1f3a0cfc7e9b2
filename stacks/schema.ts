/**
 * The settings of an environment. Each top-level property is one key of the project's namespace in
 * `Pulumi.<stack>.yaml`; the descriptions become docs/reference/settings.md and the JSON Schema for editors.
 */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { cidr, dnsName, duration, email, groupName, httpsUrl, namespaceName, nodePort, port, rotation } from "./fields";

/** A value from `pulumi config set --secret`, wrapped again at once, so that it is never a plain string in the program. */
export const secretText = z
  .string()
  .min(1, "set it with: pulumi config set --secret --path")
  .transform((text) => pulumi.secret(text))
  .meta({ secret: true });

const kubernetesSecret = z
  .strictObject({
    secretName: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, "write the name of a Secret in the namespace auth")
      .describe("The Secret's name in the namespace `auth`."),
    key: z
      .string()
      .regex(/^[-._a-zA-Z0-9]{1,253}$/, "write a key of that Secret, such as clientSecret")
      .describe("The key in the Secret's data."),
  })
  .describe("A Secret that exists already, for example one that an external secrets operator keeps.");

const oidcConnector = z.strictObject({
  type: z.literal("oidc").describe("An OpenID Connect provider."),
  id: z
    .string()
    .regex(
      /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/,
      "write up to 32 lower-case letters, digits and dashes, such as company",
    )
    .describe("Dex's identifier of the connector; part of the callback URL's state, so it never changes."),
  name: z
    .string()
    .min(1, "write the text for the sign-in button")
    .max(64, "write at most 64 characters")
    .describe("The text of the button on Dex's login page."),
  issuer: httpsUrl.describe(
    "The provider's issuer URL, exactly as its discovery document spells it (OpenID Connect Discovery 1.0, section 4.3).",
  ),
  clientId: z
    .string()
    .min(1, "write the client ID that the provider gave")
    .describe("The client ID that the provider gave for Dex; its redirect URI is `https://<domain>/dex/callback`."),
  clientSecret: z
    .union([secretText, kubernetesSecret])
    .describe("The client secret: a Pulumi secret, or a Secret that is in the cluster already."),
  scopes: z
    .array(z.string().min(1, "write a scope, such as groups"))
    .default(["openid", "profile", "email"])
    .describe("Scopes asked of the provider."),
  groupsClaim: z
    .string()
    .min(1, "write the name of a claim")
    .default("groups")
    .describe("The provider's claim that holds the groups."),
});

const staticUser = z.strictObject({
  email: email.describe("The e-mail address to sign in with; it becomes `kubeflow-userid`."),
  groups: z.array(groupName).default([]).describe("Groups of the user; they become `kubeflow-groups`."),
});

const machineIssuer = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/,
      "write up to 32 lower-case letters, digits and dashes, such as cluster",
    )
    .describe("A name for messages and for the documentation of the stack."),
  issuer: httpsUrl.describe(
    "The `iss` claim of its tokens, exactly (RFC 7519, section 4.1.1). For Kubernetes: `kubectl get --raw /.well-known/openid-configuration`.",
  ),
  audiences: z
    .array(z.string().min(1, "write an audience, such as pipelines.kubeflow.org"))
    .min(
      1,
      "name at least one audience: a token that was made for somebody else must not open this gate (RFC 8725, section 3.9)",
    )
    .describe("Accepted `aud` claims; a token needs one of them."),
  jwksUri: httpsUrl
    .optional()
    .describe("Where istiod fetches the keys; without it and without `jwks`, from the issuer's discovery document."),
  jwks: z
    .string()
    .refine(isKeySet, 'write a JSON Web Key Set of public keys only, {"keys":[…]}: kubectl get --raw /openid/v1/jwks')
    .optional()
    .describe(
      "The public keys themselves (RFC 7517), for a cluster whose issuer nobody outside can reach: `kubectl get --raw /openid/v1/jwks`. They do not follow a rotation.",
    ),
  userClaim: z
    .string()
    .regex(/^[A-Za-z0-9_.:/-]+$/, "write the name of a claim, such as sub")
    .default("sub")
    .describe("The claim that becomes `kubeflow-userid`."),
  groupsClaim: z
    .string()
    .regex(/^[A-Za-z0-9_.:/-]+$/, "write the name of a claim, such as groups")
    .default("groups")
    .describe("The claim that becomes `kubeflow-groups`."),
});

/** RFC 7517 set in which every key is public: a private or symmetric member here would let any reader mint tokens. */
function isKeySet(text: string): boolean {
  try {
    const set = JSON.parse(text) as { keys?: unknown };
    return (
      Array.isArray(set.keys) &&
      set.keys.length > 0 &&
      set.keys.every((key: unknown) => {
        const { kty, d, k } = (key ?? {}) as Record<string, unknown>;
        return (kty === "RSA" || kty === "EC" || kty === "OKP") && d === undefined && k === undefined;
      })
    );
  } catch {
    return false;
  }
}

export const settingsSchema = z.strictObject({
  environment: z
    .enum(["dev", "staging", "prod"], "write dev, staging or prod")
    .describe(
      "Which preset the stack starts from. Default: the stack's own name when it is one of the three, otherwise `prod`, the strictest.",
    ),
  domain: dnsName.describe(
    "The host of the gate: the dashboard, `/dex/` and `/oauth2/` are served on it, other applications on its subdomains. The edge certificate covers it and one level below.",
  ),
  cluster: z
    .strictObject({
      apiServer: z
        .strictObject({
          cidrs: z
            .array(cidr)
            .min(
              1,
              "name the API server's addresses: kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes",
            )
            .describe(
              "Addresses of the API server, as pods reach it after the Service's translation. Only they may be talked to, and call the webhooks.",
            ),
          ports: z
            .array(port)
            .min(1, "name the API server's port, mostly 443 or 6443")
            .default([443, 6443])
            .describe("Ports of the API server."),
        })
        .describe("Where the Kubernetes API server is; NetworkPolicies cannot name it otherwise."),
      dnsNamespace: namespaceName.default("kube-system").describe("The namespace of the cluster's DNS pods."),
    })
    .describe("Facts about the cluster that only you know."),
  certificates: z
    .strictObject({
      organization: z
        .string()
        .min(1, "write the organisation's name")
        .max(64, "write at most 64 characters (X.520 upper bound)")
        .default("Kubeflow Gatehouse")
        .describe("Organisation in the subject of the private CA and of the certificates."),
      duration: duration.default("2160h").describe("Lifetime of the certificates that cert-manager issues."),
      renewBefore: duration.default("360h").describe("How long before the end cert-manager renews them."),
      caDuration: duration.default("87600h").describe("Lifetime of the private CA."),
    })
    .prefault({})
    .describe("The private CA and what it issues."),
  ingress: z
    .strictObject({
      replicas: z
        .strictObject({
          min: z
            .int("write a whole number")
            .min(1, "run at least one gateway pod")
            .default(2)
            .describe("Fewest gateway pods."),
          max: z
            .int("write a whole number")
            .min(1, "run at least one gateway pod")
            .default(5)
            .describe("Most gateway pods."),
        })
        .prefault({})
        .describe("Bounds of the gateway's autoscaler."),
      service: z
        .strictObject({
          type: z
            .enum(["LoadBalancer", "NodePort", "ClusterIP"], "write LoadBalancer, NodePort or ClusterIP")
            .default("LoadBalancer")
            .describe("How clients reach the gateway from outside the cluster."),
          nodePorts: z
            .strictObject({
              http: nodePort.default(30080).describe("Node port of plain HTTP, where `type` is `NodePort`."),
              https: nodePort.default(30443).describe("Node port of HTTPS, where `type` is `NodePort`."),
            })
            .prefault({})
            .describe("Fixed ports, so that a kind cluster can map the host's 80 and 443 to them."),
        })
        .prefault({})
        .describe("The gateway's Service."),
      applicationNamespaces: z
        .array(namespaceName)
        .default([])
        .describe(
          "Namespaces whose VirtualServices may route on `domain`, and whose pods the gateway may reach. No other namespace can claim a path of the gate.",
        ),
      hsts: z
        .strictObject({
          maxAge: duration.default("8760h").describe("How long browsers refuse plain HTTP (RFC 6797)."),
          includeSubdomains: z
            .boolean("write true or false")
            .default(true)
            .describe("Whether that holds for all subdomains of `domain`."),
          preload: z
            .boolean("write true or false")
            .default(false)
            .describe("Whether the domain asks to be built into browsers; it cannot be taken back quickly."),
        })
        .prefault({})
        .describe("The Strict-Transport-Security header on every HTTPS answer."),
    })
    .prefault({})
    .describe("The gateway."),
  istio: z
    .strictObject({
      strictMtls: z
        .enum(["mesh", "gatehouse"], "write mesh or gatehouse")
        .default("mesh")
        .describe(
          "Where plain text between sidecars is refused: in the whole mesh, or only in the namespaces that this program owns.",
        ),
    })
    .prefault({})
    .describe("The mesh."),
  identity: z
    .strictObject({
      staticUsers: z
        .array(staticUser)
        .default([])
        .describe(
          "Users that Dex knows by a generated password, in `dev` only; the password is a secret output of the stack.",
        ),
      connectors: z
        .array(z.discriminatedUnion("type", [oidcConnector]))
        .default([])
        .describe("Identity providers behind Dex."),
      emailDomains: z.array(dnsName).default([]).describe("E-mail domains whose users may sign in."),
      allowedGroups: z
        .array(groupName)
        .default([])
        .describe("Groups whose members may sign in; empty admits every user of `emailDomains`."),
    })
    .prefault({})
    .describe("Who may sign in, and how."),
  sessions: z
    .strictObject({
      cookieDomain: dnsName
        .optional()
        .describe("The domain of the session cookie; the session spans its subdomains. Default: `domain`."),
      lifetime: duration
        .default("12h")
        .describe("How long a browser session lasts at the most; also the lifetime of Dex's refresh tokens."),
      refresh: duration.default("45m").describe("Age at which a session gets a new ID token; must be below `idToken`."),
      idToken: duration
        .default("1h")
        .describe("Lifetime of Dex's ID tokens, and so how long a stolen one is good for."),
    })
    .prefault({})
    .describe("Browser sessions."),
  machines: z
    .strictObject({
      issuers: z
        .array(machineIssuer)
        .default([])
        .describe("Issuers besides Dex whose tokens open the gate as `Authorization: Bearer`."),
    })
    .prefault({})
    .describe("Machine identities."),
  replicas: z
    .int("write a whole number")
    .min(1, "run at least one pod")
    .max(20, "run at most 20 pods")
    .default(2)
    .describe("Pods of Dex and of oauth2-proxy each."),
  rotation: z
    .strictObject({
      cookieSecret: rotation.default(1).describe("One more makes a new cookie secret: every session ends."),
      clientSecret: rotation.default(1).describe("One more makes a new secret between oauth2-proxy and Dex."),
      staticPasswords: rotation.default(1).describe("One more makes new passwords for `identity.staticUsers`."),
      certificateAuthority: rotation
        .default(1)
        .describe("One more makes a new private CA and has every certificate issued again."),
    })
    .prefault({})
    .describe("Rotation numbers: raise one, run `pulumi up`, and what uses the secret is restarted."),
  monitoring: z
    .strictObject({
      namespace: namespaceName
        .optional()
        .describe("The namespace whose pods may scrape metrics; without it nobody may."),
    })
    .prefault({})
    .describe("Metrics."),
  network: z
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
            reason: z
              .string()
              .min(10, "say in a sentence why this namespace needs the metadata server")
              .describe("Why; it stands in the NetworkPolicy's annotation."),
          }),
        )
        .default([])
        .describe("Namespaces that may reach the cloud's metadata server, 169.254.169.254."),
    })
    .prefault({})
    .describe("Exceptions from the network policies."),
  echo: z
    .strictObject({
      enabled: z
        .boolean("write true or false")
        .default(false)
        .describe(
          "Whether a small application at `echo.<domain>` shows the identity that the gate verified; `dev` only.",
        ),
    })
    .prefault({})
    .describe("An application to see the chain with."),
  mirror: z
    .strictObject({
      charts: z
        .string()
        .min(1, "write a folder, an https:// repository or an oci:// registry path")
        .optional()
        .describe(
          "Where all charts come from instead of their own repositories: a folder that holds `<chart>` folders or `<chart>-<version>.tgz` files, an `https://` repository or an `oci://` path.",
        ),
    })
    .prefault({})
    .describe("Mirrors, for clusters without access to the public ones."),
});

/** Settings as a person writes them: everything with a default may be missing. */
export type SettingsInput = z.input<typeof settingsSchema>;

/** Settings as the program uses them: complete and checked. */
export type Settings = z.output<typeof settingsSchema>;

export type Connector = Settings["identity"]["connectors"][number];
export type MachineIssuer = Settings["machines"]["issuers"][number];
