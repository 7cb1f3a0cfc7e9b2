import * as pulumi from "@pulumi/pulumi";
import { type Connector, type Settings } from "../stacks/schema";
import { machineIssuersOf } from "./machineIssuers";
import { gateway, type Hosts, namespaces } from "./topology";

/** What to put in DNS, as a sentence. */
export function dnsRecords(
  { ingress }: Settings,
  { gate }: Hosts,
  address: pulumi.Output<string | undefined>,
): pulumi.Output<string> {
  const names = `${gate} and *.${gate}`;
  switch (ingress.service.type) {
    case "LoadBalancer":
      return address.apply((known) =>
        known === undefined
          ? `${names}: the address of the load balancer, once it has one: kubectl get service -n ${namespaces.ingress} ${gateway.name}`
          : `${names}: ${known}`,
      );
    case "NodePort":
      return pulumi.output(
        `${names}: the address of a node whose ports 80 and 443 lead to ${ingress.service.nodePorts.http} and ${ingress.service.nodePorts.https}; on your own machine 127.0.0.1 in /etc/hosts`,
      );
    case "ClusterIP":
      return pulumi.output(
        `${names}: the address of whatever you put in front of the service ${gateway.name} in ${namespaces.ingress}`,
      );
  }
}

/** What is left to do by hand after `pulumi up`. */
export function nextSteps(settings: Settings, hosts: Hosts): string[] {
  const { identity, machines, ingress, echo } = settings;
  return [
    "Make the DNS records of the output `dns`.",
    "Trust the private CA: pulumi stack output caCertificate > gatehouse-ca.pem",
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
  ];
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
