import * as pulumi from "@pulumi/pulumi";
import { type Settings } from "../stacks/schema";
import { type GivenSecret } from "../stacks/secrets";
import { AccessRules } from "./accessRules";
import { CertificateAuthority } from "./certificateAuthority";
import { CertManager } from "./certManager";
import { ClusterKeys } from "./clusterKeys";
import { Dex, type DexArgs } from "./dex";
import { Echo } from "./echo";
import { ExistingCertManager } from "./existingCertManager";
import { ExistingIstio } from "./existingIstio";
import { type Flow, flowsOf } from "./flows";
import { GatewayPods } from "./gatewayPods";
import { GuardedNamespace } from "./guardedNamespace";
import { identityProviderOf } from "./identityProvider";
import { Ingress } from "./ingress";
import { Istio } from "./istio";
import { NotebookGate } from "./notebookGate";
import { NotebookRoutes } from "./notebookRoutes";
import { clientSecret, OAuth2Proxy, sessionCookie } from "./oauth2Proxy";
import { ProtectedApp } from "./protectedApp";
import { Routes } from "./routes";
import { gateSignIn, notebookSignIn } from "./signIns";
import { TokenRules } from "./tokenRules";
import { notebookOriginsOf } from "../stacks/notebookHosts";
import { gateway, type Hosts, hostsOf, namespaces, revisionOf } from "./topology";

/** The whole gate, in the order in which its parts need each other. */
export class Platform extends pulumi.ComponentResource {
  readonly hosts: Hosts;
  /** Addresses of the applications, by their names. */
  readonly apps: Record<string, string>;
  /** The load balancer's address, once there is one. */
  readonly gatewayAddress: pulumi.Output<string | undefined>;
  /** Certificate of the private CA, PEM. */
  readonly caCertificate: pulumi.Output<string>;
  /** Passwords of the static users, by e-mail address. */
  readonly staticPasswords: pulumi.Output<Record<string, string>>;
  /** Secrets of machines' clients, by client ID. */
  readonly machineClientSecrets: pulumi.Output<Record<string, string>>;

  constructor(name: string, settings: Settings, opts: pulumi.ComponentResourceOptions = {}) {
    super("gatehouse:index:Platform", name, {}, opts);
    const child = { parent: this };
    const hosts = (this.hosts = hostsOf(settings.domain));
    const flows = flowsOf(settings);
    const provider = identityProviderOf(settings, hosts);

    const certManager =
      settings.certManager.type === "existing"
        ? new ExistingCertManager("cert-manager", { settings, certManager: settings.certManager }, child)
        : new CertManager("cert-manager", { settings, flows }, child);
    const certificateAuthority = new CertificateAuthority("ca", { settings, certManager }, child);
    const inMesh = { settings, provider, certificateAuthority };
    const istio =
      settings.istio.type === "existing"
        ? new ExistingIstio("istio", { ...inMesh, istio: settings.istio }, child)
        : new Istio("istio", { ...inMesh, strictMtls: settings.istio.strictMtls, flows }, child);
    const ingress = new Ingress(
      "ingress",
      { settings, flows, hosts, provider, certManager, certificateAuthority, istio, sessionCookie },
      child,
    );
    const access = new AccessRules(
      "access",
      { settings, hosts, provider, dependsOn: [istio.ready, ...ingress.namespace.ready] },
      child,
    );
    const origins = notebookOriginsOf(settings);
    const notebookGate =
      origins === undefined
        ? []
        : [
            new NotebookGate(
              "notebooks",
              {
                settings,
                origins,
                certificateAuthority,
                certManagerReady: certManager.ready,
                dependsOn: [istio.ready, access, ...ingress.namespace.ready],
              },
              child,
            ).ready,
          ];
    const pods = new GatewayPods(
      "gateway",
      { settings, internal: provider.ownDex, dependsOn: [istio.ready, access, ...ingress.ready, ...notebookGate] },
      child,
    );

    const auth = new GuardedNamespace(
      namespaces.auth,
      { namespace: namespaces.auth, podSecurity: "restricted", sidecars: true, revision: revisionOf(settings), flows },
      child,
    );
    auth.requireMutualTls({ dependsOn: istio.ready });
    auth.knowOnlyNeighbours({ dependsOn: istio.ready });
    const namespace = auth.metadataName;
    const routes = new Routes("routes", { hosts, provider, dependsOn: [istio.ready, ...auth.ready] }, child);
    const inAuth = { hosts, namespace, dependsOn: [istio.ready, ...auth.ready] };
    const { dex, secret, notebooksSecret } = this.dexOrSecret(settings, inAuth);
    const ofProxies = { settings, provider, certificateAuthority, namespace, dependsOn: inAuth.dependsOn };
    const oauth2Proxy = new OAuth2Proxy(
      "oauth2-proxy",
      { ...ofProxies, signIn: gateSignIn(settings, hosts, provider), clientSecret: secret },
      child,
    );
    const signIn = notebookSignIn(settings, hosts);
    const ofNotebooks =
      origins === undefined || signIn === undefined || notebooksSecret === undefined
        ? []
        : [
            new OAuth2Proxy(
              signIn.proxy.name,
              { ...ofProxies, signIn, authority: oauth2Proxy.authority, clientSecret: notebooksSecret },
              child,
            ),
            new NotebookRoutes(
              "notebook-routes",
              { domain: origins.domain, dependsOn: [istio.ready, ...auth.ready, ...notebookGate] },
              child,
            ),
          ];
    const keys =
      settings.machines.cluster.type === "selfSigned"
        ? [this.clusterKeys(settings, flows, { certificateAuthority, istio })]
        : [];
    new TokenRules(
      "tokens",
      {
        settings,
        hosts,
        provider,
        dependsOn: [pods, routes, ...(dex === undefined ? [] : [dex]), oauth2Proxy, ...ofNotebooks, ...keys],
      },
      child,
    );
    const echo = settings.echo.enabled
      ? [new Echo("echo", { settings, hosts, flows, dependsOn: [istio.ready, pods] }, child)]
      : [];

    this.apps = Object.fromEntries(
      settings.apps.map((app) => {
        const args = { app, settings, hosts, provider, certificateAuthority };
        const dependsOn = [pods, istio.ready, certManager.ready, ...ingress.namespace.ready, ...auth.ready, ...echo];
        return [app.name, new ProtectedApp(`app-${app.name}`, { ...args, dependsOn }, child).url];
      }),
    );

    this.gatewayAddress = pods.address;
    this.caCertificate = certificateAuthority.certificatePem;
    this.staticPasswords = dex?.staticPasswords ?? nothing();
    this.machineClientSecrets = dex?.machineClientSecrets ?? nothing();
    this.registerOutputs({
      caCertificate: this.caCertificate,
      staticPasswords: this.staticPasswords,
      machineClientSecrets: this.machineClientSecrets,
      gateway: gateway.reference,
    });
  }

  /** The proxy for the cluster's keys, in a namespace of its own where Istio's is somebody else's. */
  private clusterKeys(
    settings: Settings,
    flows: readonly Flow[],
    { certificateAuthority, istio }: { certificateAuthority: CertificateAuthority; istio: Pick<Istio, "ready"> },
  ): ClusterKeys {
    const child = { parent: this };
    const guarded =
      settings.istio.type === "existing"
        ? new GuardedNamespace(
            namespaces.keys,
            { namespace: namespaces.keys, podSecurity: "restricted", sidecars: false, flows },
            child,
          ).ready
        : [];
    return new ClusterKeys(
      "cluster-keys",
      { settings, certificateAuthority, dependsOn: [istio.ready, ...guarded] },
      child,
    );
  }

  /** Dex with a client secret that is made here, or the client secret of the provider that takes its place. */
  private dexOrSecret(
    settings: Settings,
    inAuth: Pick<DexArgs, "hosts" | "namespace" | "dependsOn">,
  ): { dex?: Dex; secret: GivenSecret; notebooksSecret: GivenSecret | undefined } {
    const { provider } = settings.identity;
    const origins = notebookOriginsOf(settings);
    if (provider.type === "oidc") {
      return { secret: provider.clientSecret, notebooksSecret: origins?.client?.clientSecret };
    }
    const child = { parent: this };
    const { clientSecret: rotation } = settings.rotation;
    const secret = clientSecret("client-secret", rotation, child);
    const notebooksSecret =
      origins === undefined ? undefined : clientSecret("notebooks-client-secret", rotation, child);
    const { storage } = provider;
    const dex = new Dex(
      "dex",
      { settings, storage, clientSecret: secret, notebooksSecret, clientSecretRotation: rotation, ...inAuth },
      child,
    );
    return { dex, secret, notebooksSecret };
  }
}

/** What Dex would have made. */
const nothing = () => pulumi.secret<Record<string, string>>({});
