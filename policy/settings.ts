/** What the pack's config can change, for each rule that names the setting. */
export interface Settings {
  /** Istio's root namespace, whose policies reach every namespace of the mesh (`meshConfig.rootNamespace`). */
  readonly rootNamespace: string;
  /** The namespace of the one gateway that lets people in. */
  readonly gatewayNamespace: string;
  /** Service accounts that need every namespace's Secrets, each as `namespace/name`. */
  readonly clusterControllers: readonly string[];
}

export const defaultSettings: Settings = {
  rootNamespace: "istio-system",
  gatewayNamespace: "ingress",
  clusterControllers: [
    "cert-manager/cert-manager",
    "cert-manager/cert-manager-cainjector",
    "istio-system/istiod",
    "istio-system/istio-reader-service-account",
  ],
};

/** A setting as the engine checks it and as the reference page shows it. */
export type SettingSchema = TextSchema | ListSchema;

interface TextSchema {
  readonly type: "string";
  readonly pattern: string;
  readonly description: string;
  readonly default: string;
}

interface ListSchema {
  readonly type: "array";
  readonly items: { readonly type: "string"; readonly pattern: string };
  readonly description: string;
  readonly default: string[];
}

const label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

export const settingSchemas: { readonly [K in keyof Settings]: SettingSchema } = {
  rootNamespace: {
    type: "string",
    pattern: `^${label}$`,
    description: "Istio's root namespace (meshConfig.rootNamespace), whose policies reach every namespace of the mesh.",
    default: defaultSettings.rootNamespace,
  },
  gatewayNamespace: {
    type: "string",
    pattern: `^${label}$`,
    description: "The namespace of the one gateway that lets people in; ways in from anywhere else are rejected.",
    default: defaultSettings.gatewayNamespace,
  },
  clusterControllers: {
    type: "array",
    items: { type: "string", pattern: `^${label}/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$` },
    description: "Service accounts that may read the Secrets of every namespace, each as namespace/name.",
    default: [...defaultSettings.clusterControllers],
  },
};
