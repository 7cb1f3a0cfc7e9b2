import * as pulumi from "@pulumi/pulumi";
import { VirtualService } from "./customResources";
import { partOf } from "./labels";
import { type IdentityProvider } from "./identityProvider";
import { dex, gateway, type Hosts, internalGate, namespaces, oauth2Proxy } from "./topology";

/**
 * What browsers and jobs have a use for. Dex 2.45 answers more, whatever its grants: `/dex/device/code` stores two objects for
 * everybody who asks.
 */
const dexPaths = [
  ...["auth", "callback", "approval", "token", "keys", "userinfo", ".well-known/openid-configuration"].map((path) => ({
    uri: { exact: `/dex/${path}` },
  })),
  ...["auth/", "callback/", "static/", "theme/"].map((path) => ({ uri: { prefix: `/dex/${path}` } })),
];

export interface RoutesArgs {
  hosts: Hosts;
  provider: IdentityProvider;
  dependsOn: pulumi.Resource[];
}

/** Sign-in's own routes; applications bring theirs. */
export class Routes extends pulumi.ComponentResource {
  constructor(name: string, { hosts, provider, dependsOn }: RoutesArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:Routes", name, {}, opts);
    const child = { parent: this, dependsOn };
    const toDex = [{ destination: { host: dex.host, port: { number: dex.ports.http } } }];
    new VirtualService(
      `${name}-sign-in`,
      {
        metadata: { name: "sign-in", namespace: namespaces.auth, labels: partOf },
        spec: {
          hosts: [hosts.gate],
          gateways: [gateway.reference],
          http: [
            ...(provider.ownDex
              ? [
                  { name: "dex", match: dexPaths, route: toDex },
                  // Not left to other routes of this host: everything below `/dex/` needs no identity.
                  { name: "not-of-dex", match: [{ uri: { prefix: "/dex/" } }], directResponse: { status: 404 } },
                ]
              : []),
            {
              name: "oauth2-proxy",
              match: [{ uri: { prefix: "/oauth2/" } }],
              route: [{ destination: { host: oauth2Proxy.host, port: { number: oauth2Proxy.ports.http } } }],
            },
            {
              name: "logout",
              match: [{ uri: { exact: "/logout" } }],
              // 303 turns the dashboard's POST into a GET; a permanent redirect would be remembered by the browser.
              redirect: { uri: "/oauth2/sign_out", redirectCode: 303 },
            },
          ],
        },
      },
      child,
    );
    if (provider.ownDex) {
      new VirtualService(
        `${name}-internal`,
        {
          metadata: { name: "dex-internal", namespace: namespaces.auth, labels: partOf },
          spec: {
            hosts: [internalGate.host],
            gateways: [internalGate.reference],
            http: [{ name: "dex", match: internalGate.paths.map((exact) => ({ uri: { exact } })), route: toDex }],
          },
        },
        child,
      );
    }
    this.registerOutputs({});
  }
}
