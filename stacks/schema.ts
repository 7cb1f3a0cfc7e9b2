/**
 * The settings of an environment. Each top-level property is one key of the project's namespace in
 * `Pulumi.<stack>.yaml`; the descriptions become docs/reference/settings.md and the JSON Schema for editors.
 */
import { z } from "zod";
import { dnsNameOrAddress } from "./fields";
import { clusterSettings } from "./schema/cluster";
import { certificatesSettings } from "./schema/certificates";
import { ingressSettings } from "./schema/ingress";
import { appsSettings } from "./schema/apps";
import { notebooksSettings } from "./schema/notebooks";
import { identitySettings } from "./schema/identity";
import { sessionsSettings } from "./schema/sessions";
import { machinesSettings } from "./schema/machines";
import { certManagerSettings, istioSettings } from "./schema/foundations";
import {
  replicasSettings,
  rotationSettings,
  monitoringSettings,
  networkSettings,
  echoSettings,
  mirrorSettings,
} from "./schema/operations";

export const settingsSchema = z.strictObject({
  environment: z
    .enum(["dev", "staging", "prod"], "write dev, staging or prod")
    .describe(
      "Which preset the stack starts from. Default: the stack's own name when it is one of the three, otherwise `prod`, the strictest.",
    ),
  domain: dnsNameOrAddress.describe(
    "The host of the gate: the dashboard, `/dex/` and `/oauth2/` are served on it. The session spans its subdomains, and the edge certificate covers it and one level below. In `dev` it may be an IPv4 address, which has no subdomains. Names below `cluster.local` are refused.",
  ),
  cluster: clusterSettings,
  certificates: certificatesSettings,
  ingress: ingressSettings,
  certManager: certManagerSettings,
  istio: istioSettings,
  identity: identitySettings,
  sessions: sessionsSettings,
  machines: machinesSettings,
  apps: appsSettings,
  notebooks: notebooksSettings,
  replicas: replicasSettings,
  rotation: rotationSettings,
  monitoring: monitoringSettings,
  network: networkSettings,
  echo: echoSettings,
  mirror: mirrorSettings,
});

/** Settings as a person writes them: everything with a default may be missing. */
export type SettingsInput = z.input<typeof settingsSchema>;

/** Settings as the program uses them: complete and checked. */
export type Settings = z.output<typeof settingsSchema>;

export { type App } from "./schema/apps";
export { type NotebookOrigins } from "./schema/notebooks";
export { type Connector } from "./connectors";
export { type SessionStorage } from "./schema/sessions";
export { type DexStorageSettings, type OidcProviderSettings } from "./provider";
export type MachineConnector = Settings["machines"]["connectors"][number];
export type MachineClient = Settings["machines"]["clients"][number];
export type MachineIssuer = Settings["machines"]["issuers"][number];
