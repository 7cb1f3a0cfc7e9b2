import * as pulumi from "@pulumi/pulumi";
import { type Settings } from "../stacks/schema";
import { AuthorizationPolicy } from "./customResources";
import { partOf } from "./labels";
import { type IdentityProvider } from "./identityProvider";
import { knownIssuerRules } from "./knownIssuers";
import { machineClientRules, machineUserRules, onlyPeopleSignIn } from "./machineClientRules";
import { machineIssuersOf } from "./machineIssuers";
import { type PublicPort, publicPort, whenAt } from "./publicPort";
import { gateway, type Hosts, namespaces, oauth2Proxy } from "./topology";

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
    const to = everythingBut(port, hosts, provider);

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
        spec: { selector, action: "DENY", rules: knownIssuerRules(settings, provider, to, port) },
      },
      child,
    );
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
 * Every request at the HTTPS port except sign-in itself, which is a path or two of one host. "Not (this host and one of these
 * paths)" takes two operations; on another host the same paths are protected like the rest. Plain HTTP is left out,
 * because a CUSTOM policy would answer there before the redirect (istio#36498).
 */
function everythingBut({ operation }: PublicPort, { gate }: Hosts, { paths }: IdentityProvider) {
  return [
    { operation: { ...operation, notHosts: [gate, `${gate}:*`] } },
    { operation: { ...operation, notPaths: [...paths.map((path) => `${path}*`), "/oauth2/*"] } },
  ];
}
