import * as pulumi from "@pulumi/pulumi";
import { canRefresh } from "../stacks/connectors";
import { type Connector, type Settings } from "../stacks/schema";
import { everyNotebookHost, notebookOriginsOf, notebookSignInHost } from "../stacks/notebookHosts";
import { acmeServer } from "../stacks/acmeServer";
import { certificatesOf } from "../stacks/pem";
import { covers, edgeNames } from "./edgeCertificate";
import { machineIssuersOf } from "./machineIssuers";
import { acme, appHost, gateway, type Hosts, isAddress, namespaces } from "./topology";

/** What to put in DNS, as a sentence. */
export function dnsRecords(
  settings: Settings,
  hosts: Hosts,
  address: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
  const { ingress } = settings;
  if (isAddress(hosts.gate)) {
    return pulumi.output(`none: ${hosts.gate} is an address, and must lead to the gateway's ports 80 and 443`);
  }
  const certified = edgeNames(settings, hosts);
  const others = settings.apps.map((app) => appHost(hosts.gate, app)).filter((host) => !covers(certified, host));
  const origins = notebookOriginsOf(settings);
  const ofNotebooks = origins === undefined ? [] : [everyNotebookHost(origins.domain)];
  const names = [...certified, ...others, ...ofNotebooks].join(" and ");
  // A file of hosts has no wildcards.
  const inFile =
    origins === undefined ? "" : `, where ${notebookSignInHost(origins.domain)} and each notebook's host need a line`;
  switch (ingress.service.type) {
    case "LoadBalancer":
      return address.apply((known) =>
        known === undefined
          ? `${names}: the address of the load balancer, once it has one: kubectl get service -n ${namespaces.ingress} ${gateway.name}`
          : `${names}: ${known}`,
      );
    case "NodePort":
      return pulumi.output(
        `${names}: the address of a node whose ports 80 and 443 lead to ${ingress.service.nodePorts.http} and ${ingress.service.nodePorts.https}; on your own machine 127.0.0.1 in /etc/hosts${inFile}`,
      );
    case "ClusterIP":
      return pulumi.output(
        `${names}: the address of whatever you put in front of the service ${gateway.name} in ${namespaces.ingress}`,
      );
  }
}

/** What is left to do by hand after `pulumi up`. */
export function nextSteps(settings: Settings, hosts: Hosts): string[] {
  const { identity, sessions, machines, ingress, echo } = settings;
  return [
    ...(isAddress(hosts.gate) ? [] : ["Make the DNS records of the output `dns`."]),
    ...certificateSteps(settings, hosts),
    ...(identity.staticUsers.length > 0
      ? ["Read the generated passwords: pulumi stack output --show-secrets staticPasswords"]
      : []),
    ...(identity.provider.type === "oidc"
      ? [
          `Register the redirect URI https://${hosts.gate}/oauth2/callback with ${identity.provider.issuer}, for the authorization code grant alone.`,
        ]
      : identity.connectors.flatMap(({ type, name }) =>
          redirectStep(type, name, `https://${hosts.gate}/dex/callback`),
        )),
    ...notebookSteps(settings),
    ...(identity.provider.type === "dex" && sessions.idToken !== sessions.lifetime
      ? identity.connectors
          .filter((connector) => !canRefresh(connector))
          .map(
            ({ name }) =>
              `Tell people of "${name}" that they sign in again after ${sessions.idToken}: it knows no refresh.`,
          )
      : []),
    ...(machines.clients.length > 0
      ? ["Give each job the secret of its client: pulumi stack output --show-secrets machineClientSecrets"]
      : []),
    ...machineIssuersOf(settings).map(
      ({ name, audiences }) =>
        `Machines of "${name}": send "Authorization: Bearer" with a token whose audience is ${audiences.join(" or ")}.`,
    ),
    ...(echo.enabled ? [`See what an application sees: https://${hosts.echo}/`] : []),
    ...(ingress.applicationNamespaces.length === 0
      ? ["Put applications behind the gate: name their namespaces in ingress.applicationNamespaces."]
      : []),
    ...trustSteps(settings),
  ];
}

/**
 * Routes of these namespaces lead anywhere and write any header, past an application's groups (decision 0005). `kubeflow` is the
 * platform's own; of others only their operators know who may write there.
 */
function trustSteps({ apps, ingress }: Settings): string[] {
  const others = ingress.applicationNamespaces.filter((namespace) => namespace !== "kubeflow");
  return others.length > 0 && apps.some(({ groups }) => groups.length > 0)
    ? [
        `Make sure that only the platform's operators may write VirtualServices in ${others.join(", ")}: whoever may reaches each application past its groups, under any name.`,
      ]
    : [];
}

/** What people do about the certificate that they see. */
function certificateSteps(settings: Settings, hosts: Hosts): string[] {
  const {
    environment,
    certificates: { edge },
  } = settings;
  const origins = notebookOriginsOf(settings);
  // Where somebody else has it issued, nobody else says so.
  const names = origins === undefined ? "" : ` for the gate's names and ${everyNotebookHost(origins.domain)}`;
  switch (edge.type) {
    case "privateCa":
      return ["Trust the private CA: pulumi stack output caCertificate > gatehouse-ca.pem"];
    case "acme":
      return [
        ...(edge.challenge.type === "http01"
          ? [
              `The certificate comes once ${hosts.gate} leads to the gateway's port 80: kubectl wait -n ${namespaces.ingress} certificate/gatehouse-edge --for condition=Ready --timeout 10m`,
            ]
          : []),
        ...(edge.challenge.type === "dns01" &&
        edge.challenge.provider.type === "route53" &&
        edge.challenge.provider.auth.type === "workloadIdentity"
          ? [
              `Let ${edge.challenge.provider.auth.role} be assumed by system:serviceaccount:${namespaces.ingress}:${acme.dnsAccess}.`,
            ]
          : []),
        ...(acmeServer(edge, environment).startsWith("https://acme-staging-v02.api.letsencrypt.org/")
          ? [
              "No browser trusts this certificate, which comes from Let's Encrypt's staging server: write another certificates.edge.server when it works.",
            ]
          : []),
      ];
    case "existingSecret":
      return [
        `Put the certificate${names} into the Secret ${edge.secretName} of type kubernetes.io/tls in ${namespaces.ingress}, and renew it there.`,
      ];
    case "given":
      return [
        `Renew the certificate before ${certificatesOf(edge.certificate)[0]?.validTo ?? "its end"}: certificates.edge.certificate and privateKey.`,
      ];
    case "offload":
      return [
        `At the load balancer: its certificate${names}, its port 80 to the Service's 80, its port 443 to the Service's 443 as plain HTTP, idle timeout 3600 seconds.`,
      ];
  }
}

function redirectStep(type: Connector["type"], name: string, address: string): string[] {
  switch (type) {
    case "ldap":
      return [];
    case "saml":
      return [`Register the assertion consumer service ${address}, with the binding HTTP-POST, at "${name}".`];
    case "oidc":
    case "github":
    case "google":
    case "microsoft":
      return [`Register the redirect URI ${address} with the provider of "${name}".`];
  }
}

function notebookSteps(settings: Settings): string[] {
  const origins = notebookOriginsOf(settings);
  const { provider } = settings.identity;
  return origins === undefined
    ? [
        "Notebooks of profiles are served once they have hosts of their own (notebooks.mode), or once ingress.applicationNamespaces names each profile's namespace: docs/22-notebooks.md",
      ]
    : [
        "Give Kubeflow's controllers the variables of the output `kubeflow`: pulumi stack output kubeflow",
        "See that nobody had a route at the Gateway of notebooks before the API server looked at each: docs/22-notebooks.md#switching",
        ...(provider.type === "oidc"
          ? [
              `Register the redirect URI https://${notebookSignInHost(origins.domain)}/oauth2/callback with ${provider.issuer}, for the client of notebooks.`,
            ]
          : []),
      ];
}
