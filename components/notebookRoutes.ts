import * as pulumi from "@pulumi/pulumi";
import { everyNotebookHost, notebookSignInHost } from "../stacks/notebookHosts";
import { VirtualService } from "./customResources";
import { partOf } from "./labels";
import { namespaces, notebooks } from "./topology";

export interface NotebookRoutesArgs {
  /** The domain below which notebooks have their hosts. */
  domain: string;
  dependsOn: pulumi.Resource[];
}

/** The routes of the notebooks' domain that are no notebook's: its sign-in, and an answer where there is no notebook. */
export class NotebookRoutes extends pulumi.ComponentResource {
  constructor(name: string, { domain, dependsOn }: NotebookRoutesArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:NotebookRoutes", name, {}, opts);
    const child = { parent: this, dependsOn };
    const { proxy, reference } = notebooks;
    new VirtualService(
      `${name}-sign-in`,
      {
        metadata: { name: "notebook-sign-in", namespace: namespaces.auth, labels: partOf },
        spec: {
          hosts: [notebookSignInHost(domain)],
          gateways: [reference],
          http: [
            {
              name: "oauth2-proxy",
              match: [{ uri: { prefix: "/oauth2/" } }],
              route: [{ destination: { host: proxy.host, port: { number: proxy.ports.http } } }],
            },
          ],
        },
      },
      child,
    );
    // A notebook's own host has its routes from Kubeflow's controllers, and an exact host comes before a wildcard.
    new VirtualService(
      `${name}-none`,
      {
        metadata: { name: "no-notebook", namespace: namespaces.auth, labels: partOf },
        spec: {
          hosts: [everyNotebookHost(domain)],
          gateways: [reference],
          http: [
            {
              name: "no-notebook",
              directResponse: {
                status: 404,
                body: { string: "There is no notebook at this host, or it has not started yet.\n" },
              },
            },
          ],
        },
      },
      child,
    );
    this.registerOutputs({});
  }
}
