import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy";
import { identityHeaders } from "../documents/gateway/identityHeaders";
import { type App, type Settings } from "../stacks/schema";
import { type IdentityProvider } from "./identityProvider";
import { machineIssuersOf } from "./machineIssuers";
import { publicPort, whenAt } from "./publicPort";
import { gateway, principal } from "./topology";

type Rule = NonNullable<NonNullable<IAuthorizationPolicy["spec"]>["rules"]>[number];

/**
 * Whom the gateway refuses at an application's host: whoever has none of its groups, by the claim of each issuer, and
 * tokens of any other issuer. A claim that is missing matches `notValues`; an issuer without groups is refused as a whole.
 */
export function outsiders({ groups }: App, host: string, settings: Settings, provider: IdentityProvider): Rule[] {
  const port = publicPort(settings);
  const to = [{ operation: { ...port.operation, hosts: [host, `${host}:*`] } }];
  const issuers = [provider, ...machineIssuersOf(settings)];
  const claim = (name: string) => `request.auth.claims[${name}]`;
  return [
    { to, ...whenAt(port, [{ key: claim("iss"), notValues: issuers.map(({ issuer }) => issuer) }]) },
    ...issuers.map(({ issuer, groupsClaim }) => ({
      to,
      ...whenAt(port, [
        { key: claim("iss"), values: [issuer] },
        ...(groupsClaim === undefined ? [] : [{ key: claim(groupsClaim), notValues: groups }]),
      ]),
    })),
  ];
}

/**
 * Whom the application's own sidecar lets in: the gateway; with `inCluster` also a pod that shows a token, which the
 * application verifies, and no identity, as kubeflow/manifests#2864 does for `ml-pipeline-ui`; and the callers. Nobody but
 * the gateway may send a header by which applications are known to learn who somebody is.
 */
export function insiders({ service, pods, inCluster, callers }: App): Rule[] {
  const to = [{ operation: { ports: [String(pods.port ?? service.port)] } }];
  const nameless = identityHeaders.map((header) => ({ key: `request.headers[${header}]`, notValues: ["*"] }));
  const known = callers.flatMap(({ namespace, serviceAccount }) =>
    serviceAccount === undefined ? [] : [principal(namespace, serviceAccount)],
  );
  return [
    { from: [{ source: { principals: [gateway.principal] } }], to },
    ...(inCluster ? [{ to, when: [{ key: "request.headers[authorization]", values: ["*"] }, ...nameless] }] : []),
    ...(known.length > 0 ? [{ from: [{ source: { principals: known } }], to, when: nameless }] : []),
  ];
}
