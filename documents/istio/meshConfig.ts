/**
 * The mesh configuration that the gate rests on. Names are Istio's own (istio.mesh.v1alpha1.MeshConfig):
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 */
export interface MeshConfig {
  trustDomain: string;
  accessLogFile: string;
  accessLogEncoding: "JSON";
  enablePrometheusMerge: true;
  pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" };
  extensionProviders: { name: string; envoyExtAuthzHttp: ExtAuthzHttp }[];
}

interface ExtAuthzHttp {
  service: string;
  port: number;
  timeout: string;
  pathPrefix: string;
  failOpen: false;
  statusOnError: "503";
  includeRequestHeadersInCheck: string[];
  includeAdditionalHeadersInCheck: Record<string, string>;
  headersToUpstreamOnAllow: string[];
  headersToDownstreamOnAllow: string[];
  headersToDownstreamOnDeny: string[];
}

export interface MeshConfigArgs {
  trustDomain: string;
  providers: readonly AuthorizationProvider[];
}

/** An oauth2-proxy that AuthorizationPolicies may ask. */
export interface AuthorizationProvider {
  /** The name that they use for it. */
  name: string;
  /** Its address in the mesh. */
  service: string;
  port: number;
  /** Stands before the path of every check. */
  checkPrefix: string;
}

export function meshConfig({ trustDomain, providers }: MeshConfigArgs): MeshConfig {
  return {
    trustDomain,
    accessLogFile: "/dev/stdout",
    accessLogEncoding: "JSON",
    enablePrometheusMerge: true,
    // Policies and routes must see one spelling of a path (CVE-2021-31920, CVE-2021-39156).
    pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" },
    extensionProviders: providers.map(({ name, service, port, checkPrefix }) => ({
      name,
      envoyExtAuthzHttp: {
        service,
        port,
        timeout: "5s",
        pathPrefix: checkPrefix,
        // Without oauth2-proxy nobody gets in; 503 says that the gate is broken and not that the user is refused.
        failOpen: false,
        statusOnError: "503",
        includeRequestHeadersInCheck: ["cookie", "authorization", "accept"],
        includeAdditionalHeadersInCheck: {
          // Where the browser returns after sign-in: what documents/gateway/return-address.lua has made of the request.
          // Envoy fills it in, over whatever the client sent under this name.
          "x-auth-request-redirect": "%DYNAMIC_METADATA(gatehouse:return_address)%",
        },
        // The ID token and nothing else: an access token would let an application act at Dex as the user.
        headersToUpstreamOnAllow: ["authorization"],
        // A refreshed session must reach the browser, or every request after it refreshes again.
        headersToDownstreamOnAllow: ["set-cookie"],
        headersToDownstreamOnDeny: ["content-type", "set-cookie", "cache-control"],
      },
    })),
  };
}
