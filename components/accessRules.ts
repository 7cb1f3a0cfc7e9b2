import * as pulumi from "@pulumi/pulumi";
import { type Settings } from "../stacks/schema";
import { AuthorizationPolicy } from "./customResources";
import { partOf } from "./labels";
import { type IdentityProvider } from "./identityProvider";
import { clientsOf, knownIssuerRules } from "./knownIssuers";
import { machineClientRules, machineUserRules, onlyPeopleSignIn, type Operations } from "./machineClientRules";
import { machineIssuersOf } from "./machineIssuers";
import { type PublicPort, publicPort, whenAt } from "./publicPort";
import { everyNotebookHost } from "../stacks/notebookHosts";
import { notebookSignIn, type SignIn } from "./signIns";
import { gateway, type Hosts, namespaces, notebooks, oauth2Proxy } from "./topology";

export interface AccessRulesArgs {
  settings: Settings;
  hosts: Hosts;
  provider: IdentityProvider;
  /** The mesh and the gateway's namespace. */
  dependsOn: pulumi.Resource[];
}

/** Who gets through the gateway: without a verified identity nobody does. */
export class AccessRules extends pulumi.ComponentResource {
  constructor(name: string, args: AccessRulesArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:AccessRules", name, {}, opts);
    const { settings, hosts, provider, dependsOn } = args;
    const child = { parent: this, dependsOn };
    const metadata = (policy: string) => ({ name: policy, namespace: namespaces.ingress, labels: partOf });
    const selector = { matchLabels: gateway.labels };
    const port = publicPort(settings);
    const ofNotebooks = notebookSignIn(settings, hosts);
    const signIns: SignInPlace[] = [
      { host: hosts.gate, paths: [...provider.paths, "/oauth2/"] },
      ...(ofNotebooks === undefined ? [] : [{ host: ofNotebooks.host, paths: ["/oauth2/"] }]),
    ];
    const to = everythingBut(port, signIns);
    // A request with a token is for the token rules alone; a request without one is oauth2-proxy's.
    new AuthorizationPolicy(
      `${name}-session`,
      {
        metadata: metadata("session"),
        spec: {
          selector,
          action: "CUSTOM",
          provider: { name: oauth2Proxy.extensionProvider },
          rules: [{ to, ...whenAt(port, [{ key: "request.headers[authorization]", notValues: ["*"] }]) }],
        },
      },
      child,
    );
    // A RequestAuthentication lets requests without a token pass; this doesn't.
    new AuthorizationPolicy(
      `${name}-require-principal`,
      {
        metadata: metadata("require-principal"),
        spec: {
          selector,
          action: "DENY",
          rules: [{ from: [{ source: { notRequestPrincipals: ["*"] } }], to, ...whenAt(port) }],
        },
      },
      child,
    );
    // The rules below hold for one issuer each, and go with it. This one stands, and changes before them: in a cluster by
    // `dependsOn`, with other tools by its name, by which kubectl, Argo CD and Flux sort objects of one kind.
    const known = new AuthorizationPolicy(
      `${name}-known-issuers`,
      {
        metadata: metadata("known-issuers"),
        spec: {
          selector,
          action: "DENY",
          rules: knownIssuerRules(settings, provider, { to, port, notebooks: ofNotebooks }),
        },
      },
      child,
    );
    if (ofNotebooks !== undefined) {
      this.guardNotebooks(name, { settings, notebooks: ofNotebooks, provider, port }, child);
    }
    const ofIssuers = { parent: this, dependsOn: [...dependsOn, known] };
    // A valid token without the claim that names its holder would reach applications as nobody, and some let nobody in.
    new AuthorizationPolicy(
      `${name}-require-user`,
      {
        metadata: metadata("require-user"),
        spec: {
          selector,
          action: "DENY",
          rules: [provider, ...machineIssuersOf(settings)].map(({ issuer, userClaim }) => ({
            to,
            ...whenAt(port, [
              { key: "request.auth.claims[iss]", values: [issuer] },
              { key: `request.auth.claims[${userClaim}]`, notValues: ["*"] },
            ]),
          })),
        },
      },
      ofIssuers,
    );
    // Dex gives tokens to oauth2-proxy alone, which has looked at the person. Whoever gets one of another provider by other
    // means shows it as a bearer token, and then nobody else looks.
    const admission = provider.ownDex ? [] : admissionRules(settings.identity, provider);
    if (admission.length > 0) {
      new AuthorizationPolicy(
        `${name}-require-admission`,
        {
          metadata: metadata("require-admission"),
          spec: { selector, action: "DENY", rules: admission.map((when) => ({ to, ...whenAt(port, when) })) },
        },
        ofIssuers,
      );
    }
    const issuers = machineIssuersOf(settings);
    if (issuers.length > 0) {
      new AuthorizationPolicy(
        `${name}-machine-users`,
        {
          metadata: metadata("machine-users"),
          spec: { selector, action: "DENY", rules: machineUserRules(issuers, to, port) },
        },
        ofIssuers,
      );
    }
    const { clients, connectors } = settings.machines;
    if (clients.length > 0) {
      new AuthorizationPolicy(
        `${name}-machine-clients`,
        {
          metadata: metadata("machine-clients"),
          spec: { selector, action: "DENY", rules: machineClientRules(clients, provider, to, port) },
        },
        ofIssuers,
      );
    }
    if (connectors.length > 0) {
      new AuthorizationPolicy(
        `${name}-only-people-sign-in`,
        {
          metadata: metadata("only-people-sign-in"),
          spec: { selector, action: "DENY", rules: onlyPeopleSignIn(settings) },
        },
        child,
      );
    }
    this.registerOutputs({});
  }

  /**
   * At the notebooks' hosts their own sign-in decides, and a token that was made for it counts there and nowhere else. The
   * filter of those hosts has put a word in the place of Authorization, so that the gate's sign-in is not asked; without that
   * filter it would be, about a session that browsers never send there.
   */
  private guardNotebooks(
    name: string,
    { settings, notebooks: signIn, provider, port }: NotebookRules,
    opts: pulumi.CustomResourceOptions,
  ): void {
    const metadata = (policy: string) => ({ name: policy, namespace: namespaces.ingress, labels: partOf });
    const selector = { matchLabels: gateway.labels };
    const hosts = signIn.cookieDomains.map(everyNotebookHost);
    const there = [{ operation: { ...port.operation, hosts } }];
    const elsewhere = [{ operation: { ...port.operation, notHosts: hosts } }];
    new AuthorizationPolicy(
      `${name}-notebook-session`,
      {
        metadata: metadata("notebook-session"),
        spec: {
          selector,
          action: "CUSTOM",
          provider: { name: signIn.proxy.extensionProvider },
          rules: [
            { to: there, ...whenAt(port, [{ key: "request.headers[authorization]", values: [notebooks.asks] }]) },
          ],
        },
      },
      opts,
    );
    const issuedFor = (values: string[]) =>
      whenAt(port, [
        { key: "request.auth.claims[iss]", values: [provider.issuer] },
        { key: "request.auth.claims[aud]", values },
      ]);
    const machines = machineIssuersOf(settings).map(({ issuer }) => issuer);
    new AuthorizationPolicy(
      `${name}-notebook-tokens`,
      {
        metadata: metadata("notebook-tokens"),
        spec: {
          selector,
          action: "DENY",
          rules: [
            { to: there, ...issuedFor(clientsOf(settings, provider.clientId)) },
            ...(machines.length === 0
              ? []
              : [{ to: there, ...whenAt(port, [{ key: "request.auth.claims[iss]", values: machines }]) }]),
            { to: elsewhere, ...issuedFor([signIn.clientId]) },
          ],
        },
      },
      opts,
    );
  }
}

interface NotebookRules {
  settings: Settings;
  notebooks: SignIn;
  provider: IdentityProvider;
  port: PublicPort;
}

/** A host and the beginnings of its paths where nobody needs an identity. */
interface SignInPlace {
  host: string;
  paths: string[];
}

/** Whom the settings do not admit: oauth2-proxy's `allowed_groups` and `email_domains`, of which both must hold. */
function admissionRules(
  { allowedGroups, emailDomains }: Settings["identity"],
  { issuer, groupsClaim }: IdentityProvider,
) {
  const claim = (name: string) => `request.auth.claims[${name}]`;
  const fromIt = { key: claim("iss"), values: [issuer] };
  return [
    ...(allowedGroups.length > 0 ? [[fromIt, { key: claim(groupsClaim), notValues: allowedGroups }]] : []),
    ...(emailDomains.length > 0
      ? [[fromIt, { key: claim("email"), notValues: emailDomains.map((domain) => `*@${domain}`) }]]
      : []),
  ];
}

/**
 * Every request at the HTTPS port except sign-in itself, which is a path or two of a host. "Not (this host and one of these
 * paths)" takes two operations, and of two such hosts each operation of the one goes with each of the other; on another
 * host the same paths are protected like the rest. Plain HTTP is left out, because a CUSTOM policy would answer there before
 * the redirect (istio#36498).
 */
function everythingBut({ operation }: PublicPort, places: readonly SignInPlace[]): Operations {
  const choices = places.map(({ host, paths }) => [
    { notHosts: [host, `${host}:*`], notPaths: [] as string[] },
    { notHosts: [] as string[], notPaths: paths.map((path) => `${path}*`) },
  ]);
  const combined = choices.reduce(
    (before, choice) =>
      before.flatMap((one) =>
        choice.map((other) => ({
          notHosts: [...one.notHosts, ...other.notHosts],
          notPaths: [...new Set([...one.notPaths, ...other.notPaths])],
        })),
      ),
    [{ notHosts: [] as string[], notPaths: [] as string[] }],
  );
  return combined.map(({ notHosts, notPaths }) => ({
    operation: {
      ...operation,
      ...(notHosts.length === 0 ? {} : { notHosts }),
      ...(notPaths.length === 0 ? {} : { notPaths }),
    },
  }));
}
