import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { signInPage } from "../documents/oauth2-proxy/signInPage";
import { writeOAuth2ProxyConfig } from "../documents/oauth2-proxy/writer";
import { imageOf } from "../stacks/images";
import { type Settings } from "../stacks/schema";
import { type GivenSecret, type KubernetesSecret } from "../stacks/secrets";
import { authorityVersion, type CertificateAuthority } from "./certificateAuthority";
import { type FileSource, HardenedWorkload } from "./hardenedWorkload";
import { type IdentityProvider } from "./identityProvider";
import { partOf } from "./labels";
import { directories, files, givenAuthorities, oauth2ProxyConfig } from "./oauth2ProxyConfig";
import { onlyFromGateway } from "./onlyFromGateway";
import { type SignIn } from "./signIns";
import { caSecret } from "./topology";

export { sessionCookie } from "./oauth2ProxyConfig";

/** The secret between oauth2-proxy and Dex, made here and known to both. */
export function clientSecret(
  name: string,
  rotation: number,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return new random.RandomPassword(`${name}-${rotation}`, { length: 48, special: false }, opts).result;
}

export interface OAuth2ProxyArgs {
  settings: Settings;
  signIn: SignIn;
  provider: IdentityProvider;
  /** The namespace, known once it exists. */
  namespace: pulumi.Input<string>;
  certificateAuthority: CertificateAuthority;
  /** The private CA in this namespace, where somebody else has put it there. */
  authority?: pulumi.Resource[];
  /** The secret of its client at the provider, made here or by the provider. */
  clientSecret: GivenSecret;
  /** The mesh and Dex's address: pods need their sidecars, policies their CRDs. */
  dependsOn: pulumi.Resource[];
}

/** The browser's session: a cookie in, an ID token for the gateway out. */
export class OAuth2Proxy extends pulumi.ComponentResource {
  readonly workload: HardenedWorkload;
  /** The private CA in its namespace, where it has a use for it. */
  readonly authority: pulumi.Resource[];

  constructor(name: string, args: OAuth2ProxyArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:OAuth2Proxy", name, {}, opts);
    const {
      settings,
      signIn,
      provider,
      namespace,
      certificateAuthority,
      clientSecret: secretOfClient,
      dependsOn,
    } = args;
    const { cookieSecret: cookieRotation, clientSecret: clientRotation } = settings.rotation;
    const { storage } = settings.sessions;
    const child = { parent: this };
    const { proxy } = signIn;
    const authoritiesName = `${proxy.name}-authorities`;

    // 32 bytes for AES-256, in the URL-safe alphabet: oauth2-proxy takes the other one for 44 raw bytes and stops.
    const cookieSecret = new random.RandomBytes(`${name}-cookie-${cookieRotation}`, { length: 32 }, child);
    const secret = new k8s.core.v1.Secret(
      name,
      {
        metadata: { name: proxy.name, namespace, labels: partOf },
        stringData: {
          [files.cookieSecret]: cookieSecret.base64.apply((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
          ...(pulumi.Output.isInstance(secretOfClient) ? { [files.clientSecret]: secretOfClient } : {}),
          ...(storage.type === "redis" && pulumi.Output.isInstance(storage.password)
            ? { [redisPassword]: storage.password }
            : {}),
        },
      },
      child,
    );
    const isPrivate = provider.authority.type === "private";
    const given = givenAuthorities(settings, provider);
    const hasGiven = Object.keys(given).length > 0;
    this.authority =
      args.authority ??
      (isPrivate ? [certificateAuthority.distribute(`${name}-ca`, { namespace, key: files.authority }, child)] : []);
    const authorities = [
      ...this.authority,
      ...(hasGiven
        ? [
            new k8s.core.v1.ConfigMap(
              `${name}-authorities`,
              { metadata: { name: authoritiesName, namespace, labels: partOf }, data: given },
              child,
            ),
          ]
        : []),
    ];
    const client = clientSecretFile(secretOfClient);
    const config = oauth2ProxyConfig(settings, signIn, provider, client.path);
    const page = signInPage(signIn.host);
    const configMap = new k8s.core.v1.ConfigMap(
      name,
      {
        metadata: { name: proxy.name, namespace, labels: partOf },
        data: { [files.config]: writeOAuth2ProxyConfig(config), "sign_in.html": page },
      },
      child,
    );
    const access = onlyFromGateway(
      name,
      { workload: proxy.name, namespace: proxy.namespace, port: proxy.ports.http },
      { ...child, dependsOn },
    );
    this.workload = new HardenedWorkload(
      name,
      {
        workload: proxy.name,
        namespace: proxy.namespace,
        image: imageOf("oauth2-proxy", settings.mirror.images),
        args: [`--config=${directories.config}/${files.config}`],
        replicas: settings.replicas,
        ...(storage.type === "redis" ? { env: [passwordVariable(proxy.name, storage.password)] } : {}),
        ports: {
          http: { port: proxy.ports.http, service: { appProtocol: "http" } },
          telemetry: { port: proxy.ports.telemetry },
        },
        probes: {
          ready: { path: "/ready", port: proxy.ports.http },
          live: { path: "/ping", port: proxy.ports.http },
        },
        metrics: { port: proxy.ports.telemetry, path: "/metrics" },
        files: {
          [directories.config]: { configMap: proxy.name },
          [directories.secrets]: { secret: proxy.name },
          ...(isPrivate ? { [directories.authority]: { secret: caSecret } } : {}),
          ...(hasGiven ? { [directories.authorities]: { configMap: authoritiesName } } : {}),
          ...client.files,
        },
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        restartOn: [
          config,
          page,
          cookieRotation,
          clientRotation,
          ...(isPrivate ? [authorityVersion(settings)] : []),
          ...(hasGiven ? [given] : []),
          ...(storage.type === "redis" ? [settings.rotation.sessionStorage] : []),
        ],
      },
      { ...child, dependsOn: [...dependsOn, access, secret, ...authorities, configMap] },
    );
    this.registerOutputs({});
  }
}

/** oauth2-proxy knows no file for this password; its environment has it under this name (pkg/apis/options/load.go). */
const redisPassword = "OAUTH2_PROXY_REDIS_PASSWORD";

function passwordVariable(secret: string, password: GivenSecret): k8s.types.input.core.v1.EnvVar {
  const { secretName, key } = pulumi.Output.isInstance(password)
    ? { secretName: secret, key: redisPassword }
    : password;
  return { name: redisPassword, valueFrom: { secretKeyRef: { name: secretName, key } } };
}

/** The file with the client secret: in oauth2-proxy's own Secret, or in one that is there already. */
function clientSecretFile(secret: pulumi.Output<string> | KubernetesSecret): {
  path: string;
  files: Record<string, FileSource>;
} {
  return pulumi.Output.isInstance(secret)
    ? { path: `${directories.secrets}/${files.clientSecret}`, files: {} }
    : {
        path: `${directories.client}/${files.clientSecret}`,
        files: {
          [directories.client]: { secret: secret.secretName, items: { [secret.key]: files.clientSecret } },
        },
      };
}
