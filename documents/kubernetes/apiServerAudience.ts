/** What every pod's token is for unless it asks for something else; see the default of kube-apiserver's `--api-audiences`. */
const apiServerAudience = new RegExp(
  [
    // kube-apiserver's own, and what distributions and clouds write in its place.
    String.raw`^(https:\/\/)?kubernetes\.default(\.svc(\.[a-z0-9-]+)*)?\/?$`,
    String.raw`^(k3s|rke2|istio-ca|sts\.amazonaws\.com)$`,
    String.raw`\.azmk8s\.io\/?$`,
  ].join("|"),
);

/** Whether tokens for an audience are made for the API server, or are in pods for something else of the cluster's own. */
export function isApiServerAudience(audience: string, issuer: string): boolean {
  // Without `--api-audiences` the API server's own audience is the issuer.
  return apiServerAudience.test(audience) || audience === issuer;
}
