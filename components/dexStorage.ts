import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { partOf } from "./labels";

export interface DexStorageArgs {
  namespace: pulumi.Input<string>;
  serviceAccount: string;
}

const group = "dex.coreos.com";

/** Plural, singular and kind of each type that Dex stores (storage/kubernetes/types.go of v2.45; two spellings are history). */
const types = [
  ["authcodes", "authcode", "AuthCode"],
  ["authrequests", "authrequest", "AuthRequest"],
  ["oauth2clients", "oauth2client", "OAuth2Client"],
  ["signingkeies", "signingkey", "SigningKey"],
  ["refreshtokens", "refreshtoken", "RefreshToken"],
  ["passwords", "password", "Password"],
  ["offlinesessionses", "offlinesessions", "OfflineSessions"],
  ["connectors", "connector", "Connector"],
  ["devicerequests", "devicerequest", "DeviceRequest"],
  ["devicetokens", "devicetoken", "DeviceToken"],
] as const;

/** Dex's custom resource definitions, and a role for them in Dex's namespace only: Dex itself may define nothing. */
export class DexStorage extends pulumi.ComponentResource {
  constructor(name: string, { namespace, serviceAccount }: DexStorageArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:DexStorage", name, {}, opts);
    for (const [plural, singular, kind] of types) {
      new k8s.apiextensions.v1.CustomResourceDefinition(
        `${name}-${plural}`,
        {
          metadata: { name: `${plural}.${group}`, labels: partOf },
          spec: {
            group,
            scope: "Namespaced",
            names: { plural, singular, kind, listKind: `${kind}List` },
            versions: [
              {
                name: "v1",
                served: true,
                storage: true,
                // Dex publishes no schema; it is the only writer.
                schema: { openAPIV3Schema: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
              },
            ],
          },
        },
        { parent: this },
      );
    }
    const role = new k8s.rbac.v1.Role(
      name,
      {
        metadata: { name: "dex-storage", namespace, labels: partOf },
        rules: [
          {
            apiGroups: [group],
            resources: types.map(([plural]) => plural),
            verbs: ["create", "delete", "get", "list", "update"],
          },
        ],
      },
      { parent: this },
    );
    new k8s.rbac.v1.RoleBinding(
      name,
      {
        metadata: { name: "dex-storage", namespace, labels: partOf },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
