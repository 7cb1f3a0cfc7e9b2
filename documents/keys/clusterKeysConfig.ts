import { stringify } from "yaml";

export interface ClusterKeysArgs {
  /** Where the Envoy listens for istiod. */
  port: number;
  /** The API server, as the cluster's own name and the certificate's. */
  apiServer: { host: string; port: number; certificateName: string };
  /** The only path that leads there. */
  path: string;
  /** The path of the probes; it answers by itself. */
  readyPath: string;
  directories: {
    /** Where these files are mounted. */
    config: string;
    /** `tls.crt` and `tls.key` of the listener, which cert-manager renews. */
    certificate: string;
    /** `token` and `ca.crt` of the service account, which the kubelet renews. */
    account: string;
  };
}

const typed = (name: string, fields: object) => ({
  "@type": `type.googleapis.com/envoy.extensions.${name}`,
  ...fields,
});

/**
 * An Envoy that hands the API server's public keys on and nothing else: it answers one path, adds the token of its own
 * account, and verifies the API server. The result is one text for each file name.
 *
 * Token and certificates come by SDS from files, because only then does Envoy read them anew when the kubelet moves the
 * link `..data`: https://www.envoyproxy.io/docs/envoy/latest/configuration/security/secret
 */
export function clusterKeysConfig(args: ClusterKeysArgs): Record<string, string> {
  const { certificate, account } = args.directories;
  return {
    "envoy.yaml": write({
      // Envoy wants a name before it reads a secret from a file.
      node: { id: "cluster-keys", cluster: "cluster-keys" },
      static_resources: { listeners: [listener(args)], clusters: [cluster(args)] },
    }),
    "certificate.yaml": secret("certificate", {
      tls_certificate: {
        certificate_chain: { filename: `${certificate}/tls.crt` },
        private_key: { filename: `${certificate}/tls.key` },
        watched_directory: { path: certificate },
      },
    }),
    "authority.yaml": secret("authority", {
      validation_context: {
        trusted_ca: { filename: `${account}/ca.crt` },
        watched_directory: { path: account },
        match_typed_subject_alt_names: [{ san_type: "DNS", matcher: { exact: args.apiServer.certificateName } }],
      },
    }),
    "token.yaml": secret("token", {
      generic_secret: { secret: { filename: `${account}/token`, watched_directory: { path: account } } },
    }),
  };
}

const write = (document: object) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });

const secret = (name: string, fields: object) =>
  write({ resources: [typed("transport_sockets.tls.v3.Secret", { name, ...fields })] });

/** A secret from a file that is read again when something in the watched directory is moved. */
const fromFile = (name: string, { config }: ClusterKeysArgs["directories"], watched: string) => ({
  name,
  sds_config: {
    path_config_source: { path: `${config}/${name}.yaml`, watched_directory: { path: watched } },
    resource_api_version: "V3",
  },
});

function listener(args: ClusterKeysArgs) {
  const { port, directories } = args;
  return {
    name: "keys",
    address: { socket_address: { address: "0.0.0.0", port_value: port } },
    per_connection_buffer_limit_bytes: 65_536,
    filter_chains: [
      {
        transport_socket: {
          name: "envoy.transport_sockets.tls",
          typed_config: typed("transport_sockets.tls.v3.DownstreamTlsContext", {
            common_tls_context: {
              tls_params: { tls_minimum_protocol_version: "TLSv1_2" },
              tls_certificate_sds_secret_configs: [fromFile("certificate", directories, directories.certificate)],
            },
          }),
        },
        filters: [{ name: "http", typed_config: connectionManager(args) }],
      },
    ],
  };
}

function connectionManager({ path, readyPath, directories }: ClusterKeysArgs) {
  const exactly = (method: string, whole: string) => ({
    path: whole,
    headers: [
      { name: ":method", string_match: { exact: method } },
      // `path` above is without the query, and nobody needs one. Without normalisation no other spelling is the same.
      { name: ":path", string_match: { exact: whole } },
    ],
  });
  return typed("filters.network.http_connection_manager.v3.HttpConnectionManager", {
    stat_prefix: "keys",
    codec_type: "AUTO",
    use_remote_address: true,
    common_http_protocol_options: {
      idle_timeout: "60s",
      max_headers_count: 50,
      headers_with_underscores_action: "REJECT_REQUEST",
    },
    request_headers_timeout: "5s",
    request_timeout: "10s",
    route_config: {
      virtual_hosts: [
        {
          name: "keys",
          domains: ["*"],
          // Nobody acts as somebody else through this account (its role wouldn't let it either).
          request_headers_to_remove: ["impersonate-user", "impersonate-group", "impersonate-uid"],
          routes: [
            {
              name: "keys",
              match: exactly("GET", path),
              route: {
                cluster: "api-server",
                // istiod gives up after five seconds.
                timeout: "4s",
                retry_policy: { retry_on: "connect-failure,refused-stream,reset", num_retries: 2 },
              },
            },
            { name: "ready", match: exactly("GET", readyPath), direct_response: { status: 200 } },
            { name: "nothing-else", match: { prefix: "/" }, direct_response: { status: 403 } },
          ],
        },
      ],
    },
    http_filters: [
      {
        name: "envoy.filters.http.credential_injector",
        typed_config: typed("filters.http.credential_injector.v3.CredentialInjector", {
          // What a client sends under this name never reaches the API server, and without a token nothing does.
          overwrite: true,
          allow_request_without_credential: false,
          credential: {
            name: "envoy.http.injected_credentials.generic",
            typed_config: typed("http.injected_credentials.generic.v3.Generic", {
              credential: fromFile("token", directories, directories.account),
              header: "authorization",
              header_value_prefix: "Bearer ",
            }),
          },
        }),
      },
      { name: "envoy.filters.http.router", typed_config: typed("filters.http.router.v3.Router", {}) },
    ],
  });
}

function cluster({ apiServer, directories }: ClusterKeysArgs) {
  return {
    name: "api-server",
    type: "STRICT_DNS",
    connect_timeout: "2s",
    load_assignment: {
      cluster_name: "api-server",
      endpoints: [
        {
          lb_endpoints: [
            {
              endpoint: {
                address: { socket_address: { address: apiServer.host, port_value: apiServer.port } },
              },
            },
          ],
        },
      ],
    },
    transport_socket: {
      name: "envoy.transport_sockets.tls",
      typed_config: typed("transport_sockets.tls.v3.UpstreamTlsContext", {
        sni: apiServer.certificateName,
        common_tls_context: {
          tls_params: { tls_minimum_protocol_version: "TLSv1_2" },
          validation_context_sds_secret_config: fromFile("authority", directories, directories.account),
        },
      }),
    },
  };
}
