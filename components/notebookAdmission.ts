import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { notebookAddresses } from "../documents/kubernetes/notebookAddresses";
import { notebookMutation } from "../documents/kubernetes/notebookMutation";
import { type NotebookKind } from "../documents/kubernetes/notebookNames";
import { notebookNamesValidation } from "../documents/kubernetes/notebookNamesValidation";
import { type NotebookRoutes } from "../documents/kubernetes/notebookRoutes";
import { notebookValidation } from "../documents/kubernetes/notebookValidation";
import { type ValidatingPolicy } from "../documents/kubernetes/admissionPolicy";
import { partOf } from "./labels";
import { clusterDomain, namespaces, notebooks, profileLabels } from "./topology";

export interface NotebookAdmissionArgs {
  /** The domain of the notebooks' hosts, each one level below it. */
  domain: string;
  /** Where people sign in for them, below that domain. */
  signInHost: string;
  /** The Gateway of these hosts, `<namespace>/<name>`. */
  gateway: string;
  kinds: readonly NotebookKind[];
}

/**
 * Has the API server give each notebook a host of its own, and keep everybody to the hosts of their namespace. Policies in
 * CEL and no webhook: nothing of the platform runs in the way of the API server, and nothing can be down.
 */
export class NotebookAdmission extends pulumi.ComponentResource {
  constructor(name: string, args: NotebookAdmissionArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:NotebookAdmission", name, {}, opts);
    const routes: NotebookRoutes = {
      ...args,
      ownNamespaces: [namespaces.ingress, namespaces.auth],
      profileLabels,
      clusterDomain,
    };
    // What is refused before it can be mended would stay away until its controller tries again: first the one that mends.
    const { policies } = notebooks;
    const mends = this.mutating(`${name}-hosts`, policies.hosts, routes);
    this.validating(`${name}-routes`, policies.routes, notebookValidation(routes), mends);
    this.validating(`${name}-names`, policies.names, notebookNamesValidation(args), mends);
    const addresses = notebookAddresses({ profileLabels, clusterDomain });
    this.validating(`${name}-addresses`, policies.addresses, addresses, mends);
    this.registerOutputs({});
  }

  private mutating(name: string, policyName: string, routes: NotebookRoutes): pulumi.Resource {
    const metadata = { name: policyName, labels: partOf };
    const { MutatingAdmissionPolicy: Policy, MutatingAdmissionPolicyBinding: Binding } = k8s.admissionregistration.v1;
    const policy = new Policy(name, { metadata, spec: notebookMutation(routes) }, { parent: this });
    return new Binding(`${name}-binding`, { metadata, spec: { policyName } }, { parent: this, dependsOn: policy });
  }

  private validating(name: string, policyName: string, spec: ValidatingPolicy, after: pulumi.Resource): void {
    const metadata = { name: policyName, labels: partOf };
    const { ValidatingAdmissionPolicy: Policy, ValidatingAdmissionPolicyBinding: Binding } =
      k8s.admissionregistration.v1;
    const policy = new Policy(name, { metadata, spec }, { parent: this, dependsOn: after });
    new Binding(
      `${name}-binding`,
      { metadata, spec: { policyName, validationActions: ["Deny"] } },
      { parent: this, dependsOn: policy },
    );
  }
}
