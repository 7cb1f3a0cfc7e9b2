/** What the pack's config can change, for each rule that names the setting. */
export interface Settings {
  /** Istio's root namespace, whose policies reach every namespace of the mesh (`meshConfig.rootNamespace`). */
  readonly rootNamespace: string;
}

export const defaultSettings: Settings = { rootNamespace: "istio-system" };

/** A setting as the engine checks it and as the reference page shows it. */
export interface SettingSchema {
  readonly type: "string";
  readonly pattern: string;
  readonly description: string;
  readonly default: string;
}

export const settingSchemas: { readonly [K in keyof Settings]: SettingSchema } = {
  rootNamespace: {
    type: "string",
    pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
    description: "Istio's root namespace (meshConfig.rootNamespace), whose policies reach every namespace of the mesh.",
    default: defaultSettings.rootNamespace,
  },
};
