import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type DexConfig, type DexConnector } from "../documents/dex/schema";
import { writeDexConfig } from "../documents/dex/writer";
import { imageOf } from "../stacks/images";
import { type Connector, type Settings } from "../stacks/schema";
import {
  clientSecretVariable,
  grantTypes,
  machineClients,
  machineClientSecrets,
  machineConnectors,
} from "./dexMachines";
import { DexStorage } from "./dexStorage";
import { HardenedWorkload } from "./hardenedWorkload";
import { partOf } from "./labels";
import { onlyFromGateway } from "./onlyFromGateway";
import { dex, type Hosts, issuerOf } from "./topology";

export interface DexArgs {
  settings: Settings;
  hosts: Hosts;
  /** The namespace, known once it exists. */
  namespace: pulumi.Input<string>;
  /** The secret that oauth2-proxy shows when it redeems a code. */
  clientSecret: pulumi.Output<string>;
  /** Changes with `clientSecret`. */
  clientSecretRotation: number;
  /** The mesh: pods need their sidecars, and policies their CRDs. */
  dependsOn: pulumi.Resource[];
}

/** The identity provider: native, with a namespaced role, and open to the gateway alone. */
export class Dex extends pulumi.ComponentResource {
  /** Generated passwords of the static users, by e-mail address. */
  readonly staticPasswords: pulumi.Output<Record<string, string>>;
  /** Generated secrets of the clients of `machines.clients`, by client ID. */
  readonly machineClientSecrets: pulumi.Output<Record<string, string>>;
  readonly workload: HardenedWorkload;

  constructor(name: string, args: DexArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:Dex", name, {}, opts);
    const { settings, hosts, namespace, clientSecret, clientSecretRotation, dependsOn } = args;
    const { staticUsers, connectors } = settings.identity;
    const {
      staticPasswords: passwordRotation,
      connectorSecrets: connectorRotation,
      machineClients: machineRotation,
    } = settings.rotation;
    const child = { parent: this };

    const passwords = staticUsers.map(
      ({ email }) =>
        new random.RandomPassword(`${name}-${email}-${passwordRotation}`, { length: 24, special: false }, child),
    );
    this.staticPasswords = pulumi.secret(
      pulumi
        .all(passwords.map(({ result }) => result))
        .apply((results) => Object.fromEntries(staticUsers.map(({ email }, index) => [email, results[index] ?? ""]))),
    );

    const secrets: Record<string, pulumi.Input<string>> = { [environment.client]: clientSecret };
    passwords.forEach((password, index) => (secrets[environment.password(index)] = password.bcryptHash));
    connectors.forEach(({ clientSecret: given }, index) => {
      if (pulumi.Output.isInstance(given)) {
        secrets[environment.connector(index)] = given;
      }
    });
    const machineSecrets = machineClientSecrets(name, settings, child);
    this.machineClientSecrets = pulumi.secret(pulumi.all(Object.fromEntries(machineSecrets)));
    const inSecret = Object.keys(secrets);
    const forMachines = [...machineSecrets.values()].map((value, index) => {
      secrets[clientSecretVariable(index)] = value;
      return clientSecretVariable(index);
    });
    const secret = new k8s.core.v1.Secret(
      name,
      { metadata: { name: dex.name, namespace, labels: partOf }, stringData: secrets },
      child,
    );
    const config = dexConfig(settings, hosts);
    const configMap = new k8s.core.v1.ConfigMap(
      name,
      { metadata: { name: dex.name, namespace, labels: partOf }, data: { "config.yaml": writeDexConfig(config) } },
      child,
    );
    const storage = new DexStorage(`${name}-storage`, { namespace, serviceAccount: dex.name }, child);
    const access = onlyFromGateway(
      name,
      { workload: dex.name, namespace: dex.namespace, port: dex.ports.http },
      { ...child, dependsOn },
    );
    this.workload = new HardenedWorkload(
      name,
      {
        workload: dex.name,
        namespace: dex.namespace,
        image: imageOf("dex", settings.mirror.images),
        // The image's own entry point runs the configuration through a template engine into /tmp, which is read-only here.
        command: ["/usr/local/bin/dex"],
        args: ["serve", "/etc/dex/config.yaml"],
        replicas: settings.replicas,
        env: [
          ...inSecret.map((key) => fromSecret(key, dex.name, key)),
          ...connectors.flatMap(({ clientSecret: given }, index) =>
            pulumi.Output.isInstance(given)
              ? []
              : [fromSecret(environment.connector(index), given.secretName, given.key)],
          ),
          ...forMachines.map((key) => fromSecret(key, dex.name, key)),
          { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
          ...(JSON.stringify(config).includes(dollar.reference) ? [dollar.variable] : []),
        ],
        ports: {
          http: { port: dex.ports.http, service: { appProtocol: "http" } },
          telemetry: { port: dex.ports.telemetry },
        },
        probes: {
          ready: { path: "/healthz/ready", port: dex.ports.telemetry },
          live: { path: "/healthz/live", port: dex.ports.telemetry },
        },
        metrics: { port: dex.ports.telemetry, path: "/metrics" },
        files: { "/etc/dex": { configMap: dex.name } },
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        apiToken: true,
        restartOn: [
          config,
          clientSecretRotation,
          passwordRotation,
          connectorRotation,
          // Where there are none the pods are as they were before there could be any.
          ...(machineSecrets.size > 0 ? [machineRotation] : []),
        ],
      },
      { ...child, dependsOn: [...dependsOn, storage, access, secret, configMap] },
    );
    this.registerOutputs({ staticPasswords: this.staticPasswords, machineClientSecrets: this.machineClientSecrets });
  }
}

/**
 * Dex's pages have no foreign parts, and a single inline script: the password form's, which keeps it from being sent twice
 * (web/templates/password.html of v2.45). Forms go to Dex and to providers' own pages.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'sha256-8L66wXkInDnVEdLxlrsFPaRkqIpBKhVd5kdLxX6AvFk='",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** Names of the environment variables that carry Dex's secrets. */
const environment = {
  client: "OAUTH2_PROXY_CLIENT_SECRET",
  password: (index: number) => `STATIC_PASSWORD_HASH_${index}`,
  connector: (index: number) => `CONNECTOR_CLIENT_SECRET_${index}`,
};

/**
 * Dex takes every `$` in a connector's settings for a variable and knows no way to escape one, so a `$` that is meant is
 * a variable, too.
 */
const dollar = { reference: "${DOLLAR}", variable: { name: "DOLLAR", value: "$" } };

const literal = (text: string) => text.replaceAll("$", () => dollar.reference);

function fromSecret(name: string, secret: string, key: string): k8s.types.input.core.v1.EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

function dexConfig(settings: Settings, hosts: Hosts): DexConfig {
  const { identity, sessions } = settings;
  const issuer = issuerOf(hosts);
  return {
    issuer,
    storage: { type: "kubernetes", config: { inCluster: true, crdHandling: "check" } },
    web: {
      http: `0.0.0.0:${dex.ports.http}`,
      headers: {
        "Content-Security-Policy": contentSecurityPolicy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
      },
    },
    telemetry: { http: `0.0.0.0:${dex.ports.telemetry}` },
    oauth2: {
      // No device code and no password. Token exchange, which ignores which connectors a client may use
      // (GHSA-7qjx-gp9h-65qj), only for machines' clients (machineClientRules.ts). No implicit flow (RFC 9700, section 2.1.2).
      grantTypes: grantTypes(settings),
      responseTypes: ["code"],
      // The one client is the platform itself, so there is nothing that a person could decide.
      skipApprovalScreen: true,
      alwaysShowLoginScreen: false,
    },
    expiry: {
      idTokens: sessions.idToken,
      authRequests: "15m",
      // Dex signs with a new key at once, and the gateway learns it up to a minute later, or an hour when another issuer is
      // out of reach: rarely is better than often.
      signingKeys: "720h",
      refreshTokens: {
        disableRotation: false,
        // Two replicas of oauth2-proxy may refresh the same session at once.
        reuseInterval: "30s",
        validIfNotUsedFor: sessions.lifetime,
        absoluteLifetime: sessions.lifetime,
      },
    },
    logger: { level: "info", format: "json" },
    frontend: { issuer: "Kubeflow" },
    staticClients: [
      {
        id: dex.clientId,
        name: "Kubeflow",
        secretEnv: environment.client,
        redirectURIs: [`https://${hosts.gate}/oauth2/callback`],
      },
      ...machineClients(settings),
    ],
    connectors: [
      ...identity.connectors.map((connector, index) => connectorConfig(connector, index, issuer)),
      ...machineConnectors(settings, { callback: `${issuer}/callback`, literal }),
    ],
    enablePasswordDB: identity.staticUsers.length > 0,
    ...(identity.staticUsers.length === 0
      ? {}
      : {
          staticPasswords: identity.staticUsers.map(({ email, groups }, index) => ({
            email,
            username: email.split("@")[0] ?? email,
            userID: email,
            groups,
            emailVerified: true,
            hashFromEnv: environment.password(index),
          })),
        }),
  };
}

function connectorConfig(connector: Connector, index: number, issuer: string): DexConnector {
  const { type, id, name, clientId, scopes, groupsClaim } = connector;
  return {
    type,
    id,
    name,
    config: {
      issuer: literal(connector.issuer),
      clientID: literal(clientId),
      clientSecret: `$${environment.connector(index)}`,
      redirectURI: `${issuer}/callback`,
      scopes: scopes.map(literal),
      // Dex's name for handing groups on at all; whose groups are believed is the provider's `issuer` above.
      insecureEnableGroups: true,
      // Without the override a claim named `groups` would still come first, whatever the provider puts there.
      ...(groupsClaim === "groups"
        ? {}
        : { overrideClaimMapping: true, claimMapping: { groups: literal(groupsClaim) } }),
      getUserInfo: true,
    },
  };
}
