import { everything, type Tree } from "../../stacks/fixture";
import { type Effect, onlyAt } from "./effect";
import { withProvider } from "../../stacks/identities";

const domain = "notebooks.example.org";
const origins = (): Tree => ({ ...everything(), notebooks: { mode: "separate-domain", domain } });

const clientSecret = { secretName: "notebooks", key: "secret" };
const atProvider = (): Tree => ({
  ...withProvider(),
  notebooks: { mode: "separate-domain", domain, client: { clientId: "notebooks", clientSecret } },
});
const proxy = "oauth2-proxy-notebooks";
const restarts = `Deployment auth/${proxy}: spec.template.metadata.annotations.gatehouse/restart-on`;

export const notebooks: readonly Effect[] = [
  {
    setting: "notebooks.domain",
    base: origins,
    value: "labs.example.org",
    changes: onlyAt(
      "AuthorizationPolicy ingress/",
      "Certificate ingress/gatehouse-notebooks-edge: spec.dnsNames[0]",
      "ConfigMap auth/dex: data.config.yaml.staticClients[1].redirectURIs[0]",
      `ConfigMap auth/${proxy}: data.`,
      "Deployment auth/dex: spec.template.metadata.annotations.gatehouse/restart-on",
      restarts,
      "EnvoyFilter ingress/gatehouse: spec.configPatches",
      "Gateway ingress/gatehouse-notebooks: spec.servers",
      "MutatingAdmissionPolicy gatehouse-notebook-hosts: spec",
      "ValidatingAdmissionPolicy gatehouse-notebook-routes: spec",
      "VirtualService auth/no-notebook: spec.hosts[0]",
      "VirtualService auth/notebook-sign-in: spec.hosts[0]",
    ),
  },
  {
    setting: "notebooks.forwardAuthorization",
    base: origins,
    value: true,
    changes: onlyAt("EnvoyFilter ingress/gatehouse: spec.configPatches"),
  },
  {
    setting: "notebooks.client.clientId",
    base: atProvider,
    value: "other",
    changes: {
      [`ConfigMap auth/${proxy}: data.oauth2-proxy.toml.client_id`]: ["notebooks", "other"],
      "AuthorizationPolicy ingress/known-issuers: spec.rules[1].when[1].notValues[1]": ["notebooks", "other"],
      "AuthorizationPolicy ingress/notebook-tokens: spec.rules[2].when[1].values[0]": ["notebooks", "other"],
      "RequestAuthentication ingress/tokens: spec.jwtRules[0].audiences[1]": ["notebooks", "other"],
      [restarts]: "restart",
    },
  },
  {
    setting: "notebooks.client.clientSecret",
    base: atProvider,
    value: "a secret of the provider",
    secret: true,
    changes: onlyAt(
      `Secret auth/${proxy}: stringData.client-secret`,
      `ConfigMap auth/${proxy}: data.oauth2-proxy.toml.client_secret_file`,
      `Deployment auth/${proxy}: spec.template`,
    ),
  },
  {
    setting: "notebooks.client.clientSecret.secretName",
    base: atProvider,
    value: "other",
    changes: onlyAt(`Deployment auth/${proxy}: spec.template.spec.volumes`),
  },
  {
    setting: "notebooks.client.clientSecret.key",
    base: atProvider,
    value: "other",
    changes: onlyAt(`Deployment auth/${proxy}: spec.template.spec.volumes`),
  },
];
