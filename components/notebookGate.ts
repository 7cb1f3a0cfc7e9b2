import * as pulumi from "@pulumi/pulumi";
import { everyNotebookHost, notebookKinds, notebookSignInHost } from "../stacks/notebookHosts";
import { type NotebookOrigins, type Settings } from "../stacks/schema";
import { AcmeIssuer } from "./acmeIssuer";
import { type CertificateAuthority } from "./certificateAuthority";
import { Gateway } from "./customResources";
import { edgeSecret } from "./edgeCertificate";
import { serversOf } from "./gatewayServers";
import { partOf } from "./labels";
import { NotebookAdmission } from "./notebookAdmission";
import { gateway, namespaces, notebooks } from "./topology";

export interface NotebookGateArgs {
  settings: Settings;
  origins: NotebookOrigins;
  certificateAuthority: CertificateAuthority;
  /** cert-manager's webhook has answered. */
  certManagerReady: pulumi.Resource;
  /** The mesh, and the gateway's namespace. */
  dependsOn: pulumi.Resource[];
}

/**
 * The notebooks' hosts at the gateway. Every namespace may route there, because notebooks are in people's own, and so the API
 * server looks at each route first.
 */
export class NotebookGate extends pulumi.ComponentResource {
  /** The gateway's pods wait for this. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: NotebookGateArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:NotebookGate", name, {}, opts);
    const { settings, origins, dependsOn } = args;
    const { edge } = settings.certificates;
    const admission = new NotebookAdmission(
      `${name}-admission`,
      {
        domain: origins.domain,
        signInHost: notebookSignInHost(origins.domain),
        gateway: notebooks.reference,
        kinds: notebookKinds,
      },
      { parent: this, dependsOn },
    );
    const certificate = this.certificate(name, args);
    this.ready = new Gateway(
      name,
      {
        metadata: { name: notebooks.resource, namespace: namespaces.ingress, labels: partOf },
        spec: {
          selector: gateway.labels,
          servers: serversOf(edge, {
            hosts: [
              `${namespaces.auth}/${notebookSignInHost(origins.domain)}`,
              `*/${everyNotebookHost(origins.domain)}`,
            ],
            secret: certificate.secretName,
          }),
        },
      },
      { parent: this, dependsOn: [...dependsOn, admission, ...certificate.resources] },
    );
    this.registerOutputs({});
  }

  /** One for all of them: the wildcard's own where this program has it issued, and otherwise the gate's, which has to cover it. */
  private certificate(
    name: string,
    { settings, origins, certificateAuthority, certManagerReady, dependsOn }: NotebookGateArgs,
  ): { secretName: string | undefined; resources: pulumi.Resource[] } {
    const { edge } = settings.certificates;
    const secretName = notebooks.certificate;
    const names = [everyNotebookHost(origins.domain)];
    const leaf = { secretName, namespace: namespaces.ingress, names };
    const child = { parent: this, dependsOn };
    switch (edge.type) {
      case "privateCa":
        return { secretName, resources: [certificateAuthority.issue(`${name}-edge`, leaf, child)] };
      case "acme": {
        const issuer = new AcmeIssuer(
          `${name}-acme`,
          {
            issuer: notebooks.acmeIssuer,
            edge,
            settings,
            names,
            dependsOn: [...dependsOn, certManagerReady],
          },
          { parent: this },
        );
        return { secretName, resources: [issuer.issue(`${name}-edge`, leaf, child)] };
      }
      case "given":
      case "existingSecret":
      case "offload":
        return { secretName: edgeSecret(edge), resources: [] };
    }
  }
}
