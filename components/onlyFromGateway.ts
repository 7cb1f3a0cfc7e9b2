import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { AuthorizationPolicy } from "./customResources";
import { partOf, podLabels } from "./labels";
import { gateway } from "./topology";

export interface OnlyFromGatewayArgs {
  /** Name of the workload, of its pods' label and of the policy. */
  workload: string;
  namespace: string;
  /** The one port that is open. */
  port: number;
}

/** Lets nobody but the gateway's principal reach a workload, and only at its port. */
export function onlyFromGateway(
  name: string,
  { workload, namespace, port }: OnlyFromGatewayArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  return new AuthorizationPolicy(
    name,
    {
      metadata: { name: workload, namespace, labels: partOf },
      spec: {
        selector: { matchLabels: podLabels(workload) },
        action: "ALLOW",
        rules: [
          {
            from: [{ source: { principals: [gateway.principal] } }],
            to: [{ operation: { ports: [String(port)] } }],
          },
        ],
      },
    },
    opts,
  );
}
