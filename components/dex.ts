import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { writeDexConfig } from "../documents/dex/writer";
import { imageOf } from "../stacks/images";
import { type DexStorageSettings, type Settings } from "../stacks/schema";
import { type GivenSecret } from "../stacks/secrets";
import { dexConfig, environment } from "./dexConfig";
import { CertificateFiles, dollar, secretOf } from "./dexConnectors";
import { clientSecretVariable, machineClientSecrets } from "./dexMachines";
import { DexStorage } from "./dexStorage";
import { HardenedWorkload } from "./hardenedWorkload";
import { partOf } from "./labels";
import { onlyFromGateway } from "./onlyFromGateway";
import { dex, type Hosts } from "./topology";

export interface DexArgs {
  settings: Settings;
  storage: DexStorageSettings;
  hosts: Hosts;
  /** The namespace, known once it exists. */
  namespace: pulumi.Input<string>;
  /** The secret that oauth2-proxy shows when it redeems a code. */
  clientSecret: pulumi.Output<string>;
  /** The same of the notebooks' own oauth2-proxy, where there is one. */
  notebooksSecret?: pulumi.Output<string> | undefined;
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
    const { settings, storage, hosts, namespace, clientSecret, clientSecretRotation, dependsOn } = args;
    const { staticUsers } = settings.identity;
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

    const secrets: Record<string, pulumi.Input<string>> = {
      [environment.client]: clientSecret,
      ...(args.notebooksSecret === undefined ? {} : { [environment.notebooks]: args.notebooksSecret }),
    };
    passwords.forEach((password, index) => (secrets[environment.password(index)] = password.bcryptHash));
    const given = givenSecrets(settings, storage);
    for (const { variable, value } of given) {
      if (pulumi.Output.isInstance(value)) {
        secrets[variable] = value;
      }
    }
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
    const certificates = new CertificateFiles();
    const config = dexConfig(settings, storage, hosts, certificates);
    const configMap = new k8s.core.v1.ConfigMap(
      name,
      { metadata: { name: dex.name, namespace, labels: partOf }, data: { "config.yaml": writeDexConfig(config) } },
      child,
    );
    const trusted = Object.keys(certificates.contents).length > 0;
    const authorities = trusted
      ? [
          new k8s.core.v1.ConfigMap(
            `${name}-authorities`,
            { metadata: { name: authoritiesName, namespace, labels: partOf }, data: certificates.contents },
            child,
          ),
        ]
      : [];
    const state =
      storage.type === "kubernetes"
        ? [new DexStorage(`${name}-storage`, { namespace, serviceAccount: dex.name }, child)]
        : [];
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
          ...given.flatMap(({ variable, value }) =>
            pulumi.Output.isInstance(value) ? [] : [fromSecret(variable, value.secretName, value.key)],
          ),
          ...forMachines.map((key) => fromSecret(key, dex.name, key)),
          ...(storage.type === "kubernetes"
            ? [{ name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }]
            : []),
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
        files: {
          "/etc/dex": { configMap: dex.name },
          ...(trusted ? { [certificates.directory]: { configMap: authoritiesName } } : {}),
        },
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        apiToken: storage.type === "kubernetes",
        restartOn: [
          config,
          clientSecretRotation,
          passwordRotation,
          connectorRotation,
          ...(trusted ? [certificates.contents] : []),
          // Where there are none the pods are as they were before there could be any.
          ...(machineSecrets.size > 0 ? [machineRotation] : []),
        ],
      },
      { ...child, dependsOn: [...dependsOn, ...state, access, secret, configMap, ...authorities] },
    );
    this.registerOutputs({ staticPasswords: this.staticPasswords, machineClientSecrets: this.machineClientSecrets });
  }
}

/** The ConfigMap with the certificates that the settings give. */
const authoritiesName = "dex-authorities";

/** The secrets that somebody else made, by the environment variable that carries each. */
function givenSecrets({ identity }: Settings, storage: DexStorageSettings): { variable: string; value: GivenSecret }[] {
  const connectors = identity.connectors.flatMap((connector, index) => {
    const secret = secretOf(connector, index);
    return secret === undefined ? [] : [{ variable: secret.variable, value: secret.given }];
  });
  return [
    ...connectors,
    ...(storage.type === "postgres" ? [{ variable: environment.storage, value: storage.password }] : []),
  ];
}

function fromSecret(name: string, secret: string, key: string): k8s.types.input.core.v1.EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}
