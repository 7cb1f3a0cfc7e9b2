/** What another Pulumi program can import: the whole platform, or single components of it (docs/13-library.md). */

// Settings: from the stack's file, or given by the program; both are checked as a whole.
export { readSettings } from "../stacks/readSettings";
export { settingsOf, type SettingsInCode, type SettingsOptions } from "../stacks/settingsOf";
export { type App, type Connector, type Settings, type SettingsInput } from "../stacks/schema";
export { SettingsError, type SettingsProblem } from "../stacks/settingsError";
export { type GivenSecret } from "../stacks/secrets";

// The platform, and what is left to do by hand.
export { Platform } from "../components/platform";
export { dnsRecords, nextSteps } from "../components/nextSteps";

// Its components, in the order in which the platform makes them.
export { CertManager, type CertManagerArgs } from "../components/certManager";
export { CertificateAuthority, type CertificateAuthorityArgs, type LeafArgs } from "../components/certificateAuthority";
export { Istio, type IstioArgs } from "../components/istio";
export { ExistingCertManager } from "../components/existingCertManager";
export { ExistingIstio, type ExistingIstioArgs } from "../components/existingIstio";
export { Ingress, type IngressArgs } from "../components/ingress";
export { AcmeIssuer, type AcmeIssuerArgs } from "../components/acmeIssuer";
export { AcmeChallenges, type AcmeChallengesArgs } from "../components/acmeChallenges";
export { AccessRules, type AccessRulesArgs } from "../components/accessRules";
export { GatewayPods, type GatewayPodsArgs } from "../components/gatewayPods";
export { GuardedNamespace, type GuardedNamespaceArgs } from "../components/guardedNamespace";
export { Routes, type RoutesArgs } from "../components/routes";
export { NotebookAdmission, type NotebookAdmissionArgs } from "../components/notebookAdmission";
export { NotebookGate, type NotebookGateArgs } from "../components/notebookGate";
export { NotebookRoutes, type NotebookRoutesArgs } from "../components/notebookRoutes";
export { Dex, type DexArgs } from "../components/dex";
export { DexStorage, type DexStorageArgs } from "../components/dexStorage";
export { OAuth2Proxy, type OAuth2ProxyArgs } from "../components/oauth2Proxy";
export { ClusterKeys, type ClusterKeysArgs } from "../components/clusterKeys";
export { TokenRules, type TokenRulesArgs } from "../components/tokenRules";
export { Echo, type EchoArgs } from "../components/echo";
export { ProtectedApp, type ProtectedAppArgs } from "../components/protectedApp";
export { HardenedWorkload, type FileSource, type HardenedWorkloadArgs } from "../components/hardenedWorkload";
export { onlyFromGateway, type OnlyFromGatewayArgs } from "../components/onlyFromGateway";

// What components are given besides settings.
export { flowsOf, type Flow, type Peer } from "../components/flows";
export { identityProviderOf, type IdentityProvider } from "../components/identityProvider";
export { gateSignIn, notebookSignIn, type SignIn } from "../components/signIns";
export { clientSecret, sessionCookie } from "../components/oauth2Proxy";
export { podLabels } from "../components/labels";
export { gateway, type Hosts, hostsOf, namespaces, principal } from "../components/topology";
