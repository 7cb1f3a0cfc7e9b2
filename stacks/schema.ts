/**
 * The settings of an environment. Each top-level property is one key of the project's namespace in
 * `Pulumi.<stack>.yaml`; the descriptions become docs/reference/settings.md and the JSON Schema for editors.
 */
import { z } from "zod";
import {
  chartSource,
  cidr,
  dnsName,
  duration,
  groupName,
  line,
  listOf,
  namespaceName,
  nodePort,
  port,
  rotation,
  someOf,
  text,
} from "./fields";
import { connector, machineIssuer, staticUser } from "./issuers";

/** The profiles of Istio's charts, `files/profile-platform-*.yaml`. */
const platforms = ["gke", "k3d", "k3s", "microk8s", "minikube", "openshift"] as const;

export const settingsSchema = z.strictObject({
  environment: z
    .enum(["dev", "staging", "prod"], "write dev, staging or prod")
    .describe(
      "Which preset the stack starts from. Default: the stack's own name when it is one of the three, otherwise `prod`, the strictest.",
    ),
  domain: dnsName.describe(
    "The host of the gate: the dashboard, `/dex/` and `/oauth2/` are served on it. The session spans its subdomains, and the edge certificate covers it and one level below.",
  ),
  cluster: z
    .strictObject({
      apiServer: z
        .strictObject({
          cidrs: someOf(
            cidr,
            "name the API server's addresses: kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes",
          ).describe(
            "Addresses of the API server, as pods reach it after the Service's translation. Only they may be talked to, and call the webhooks.",
          ),
          ports: someOf(port, "name the API server's port, mostly 443 or 6443")
            .default([443, 6443])
            .describe("Ports of the API server."),
          callsWebhooksFrom: z
            .enum(["addresses", "anywhere"], "write addresses or anywhere")
            .default("addresses")
            .describe(
              "Where its calls to the webhooks of istiod and cert-manager come from: its own addresses, or, through a tunnel such as konnectivity (GKE, AKS), anywhere. Both webhooks speak TLS and only answer admission reviews.",
            ),
        })
        .describe("Where the Kubernetes API server is; NetworkPolicies cannot name it otherwise."),
      platform: z
        .enum(platforms, `write one of ${platforms.join(", ")}, or nothing for any other cluster`)
        .optional()
        .describe(
          "Where the cluster keeps CNI plugins or rations critical pods in its own way; Istio's charts have a profile for each.",
        ),
      dns: z
        .strictObject({
          namespace: namespaceName.default("kube-system").describe("The namespace of the cluster's DNS pods."),
          podLabel: text({
            title: "label",
            mend: "write one label of the DNS pods as key=value, such as k8s-app=kube-dns",
            pattern: /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9_.-]{1,63}=[A-Za-z0-9_.-]{1,63}$/,
          })
            .default("k8s-app=kube-dns")
            .describe("A label of those pods, as `key=value`."),
          ports: someOf(port, "name the port on which the DNS pods listen, mostly 53")
            .default([53])
            .describe("Ports on which they listen; 5353 on OpenShift."),
          addresses: listOf(cidr)
            .default([])
            .describe(
              "Addresses of resolvers that are not pods: `169.254.20.10/32` for NodeLocal DNSCache, and the managed ones of some clouds.",
            ),
        })
        .prefault({})
        .describe("Where names are resolved."),
    })
    .describe("Facts about the cluster that only you know."),
  certificates: z
    .strictObject({
      organization: line(
        "write the organisation's name, 48 characters at the most: the CA's own name adds to it, and X.520 ends at 64",
        {
          longest: 48,
        },
      )
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
            .max(1000, "run at most 1000 gateway pods")
            .default(2)
            .describe("Fewest gateway pods."),
          max: z
            .int("write a whole number")
            .min(1, "run at least one gateway pod")
            .max(1000, "run at most 1000 gateway pods")
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
      applicationNamespaces: listOf(namespaceName)
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
      connectors: z.array(connector).prefault([]).describe("Identity providers behind Dex."),
      emailDomains: listOf(dnsName).default([]).describe("E-mail domains whose users may sign in."),
      allowedGroups: listOf(groupName)
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
    .describe("Pods of Dex, of oauth2-proxy, of istiod and of cert-manager's webhook each."),
  rotation: z
    .strictObject({
      cookieSecret: rotation.default(1).describe("One more makes a new cookie secret: every session ends."),
      clientSecret: rotation.default(1).describe("One more makes a new secret between oauth2-proxy and Dex."),
      staticPasswords: rotation.default(1).describe("One more makes new passwords for `identity.staticUsers`."),
      connectorSecrets: rotation
        .default(1)
        .describe(
          "One more restarts Dex, so that it reads new client secrets of `identity.connectors`; the provider makes those.",
        ),
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
            reason: line("say in a sentence why this namespace needs the metadata server", { shortest: 10 }).describe(
              "Why; it stands in the NetworkPolicy's annotation.",
            ),
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
      charts: chartSource
        .optional()
        .describe(
          "Where all charts come from instead of their own repositories: a folder that holds `<chart>` folders or `<chart>-<version>.tgz` files, an `https://` repository or an `oci://` path.",
        ),
    })
    .prefault({})
    .describe("Mirrors of the charts; images come from where the charts and the lock say."),
});

/** Settings as a person writes them: everything with a default may be missing. */
export type SettingsInput = z.input<typeof settingsSchema>;

/** Settings as the program uses them: complete and checked. */
export type Settings = z.output<typeof settingsSchema>;

export type Connector = Settings["identity"]["connectors"][number];
export type MachineIssuer = Settings["machines"]["issuers"][number];
