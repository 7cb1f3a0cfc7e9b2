import { kubeflowSettings } from "./components/kubeflowSettings";
import { dnsRecords, nextSteps } from "./components/nextSteps";
import { Platform } from "./components/platform";
import { readSettings } from "./stacks/readSettings";

const settings = readSettings();
const { hosts, apps, staticPasswords, machineClientSecrets, caCertificate, gatewayAddress } = new Platform(
  "gatehouse",
  settings,
);

/** The stack's outputs: what people need next. */
export = {
  // Where people go.
  url: `https://${hosts.gate}/`,
  ...(settings.echo.enabled ? { echoUrl: `https://${hosts.echo}/` } : {}),
  ...(settings.apps.length > 0 ? { apps } : {}),
  // How to sign in, by e-mail address: pulumi stack output --show-secrets staticPasswords
  ...(settings.identity.staticUsers.length > 0 ? { staticPasswords } : {}),
  // What jobs show to Dex, by client ID: pulumi stack output --show-secrets machineClientSecrets
  ...(settings.machines.clients.length > 0 ? { machineClientSecrets } : {}),
  // What browsers and machines are to trust, where the private CA is what they see.
  ...(settings.certificates.edge.type === "privateCa" ? { caCertificate } : {}),
  // What Kubeflow's own controllers are to be told, by Deployment.
  kubeflow: kubeflowSettings(settings, hosts),
  // What is left to do by hand.
  dns: dnsRecords(settings, hosts, gatewayAddress),
  next: nextSteps(settings, hosts),
};
