/** Applications behind the gate, each on a host of its own. */
import { z } from "zod";
import { dnsName, groupName, listOf, namespaceName, podLabels, port, text } from "../fields";
import { identifier } from "../issuers";

/** Istio's policies take an asterisk at an end of a value for any text there. */
const literalGroup = groupName.refine(
  (group) => !group.startsWith("*") && !group.endsWith("*"),
  "write a group without an asterisk at its beginning or end, which Istio would take for any text",
);

const objectName = (example: string) =>
  text({
    title: "name",
    mend: `write the name of a Kubernetes object: lower-case letters, digits and dashes, 63 at the most, such as ${example}`,
    pattern: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
  });

const caller = z.strictObject({
  namespace: namespaceName.describe("The caller's namespace."),
  podLabels: podLabels.describe("Labels of the caller's pods, for the NetworkPolicy."),
  serviceAccount: objectName("grafana")
    .optional()
    .describe(
      "The ServiceAccount of the caller's pods, for the policy of the application's sidecar. Without it only an application that has no sidecar lets the caller in.",
    ),
});

export const appSchema = z.strictObject({
  name: identifier("grafana").describe(
    "What the application is called in the names of its resources; another name makes another application.",
  ),
  host: dnsName
    .optional()
    .describe("The application's own host, below `sessions.cookieDomain`. Default: `<name>.<domain>`."),
  service: z
    .strictObject({
      name: objectName("grafana").describe("The Service's name."),
      namespace: namespaceName.describe("Its namespace, which is not this program's and has to be there."),
      port: port.describe("The Service's port, which speaks HTTP."),
    })
    .describe("Where the application is."),
  pods: z
    .strictObject({
      labels: podLabels.describe("Labels that select the pods."),
      port: port.optional().describe("The port on which the pods listen. Default: the Service's."),
    })
    .describe("The pods behind the Service, which are closed to everybody whom this application does not name."),
  groups: listOf(literalGroup)
    .default([])
    .describe(
      "Groups whose members may use the application, machines included; empty admits everybody whom the gate admits.",
    ),
  inCluster: z
    .boolean("write true or false")
    .default(false)
    .describe(
      "Whether pods of the cluster may call the application past the gate, with an `Authorization` header and without `kubeflow-userid` and its like. The application has to verify those tokens itself, as Kubeflow Pipelines does by TokenReview.",
    ),
  pipelinesUi: z
    .boolean("write true or false")
    .optional()
    .describe(
      "Whether this is the UI of Kubeflow Pipelines, whose ways to everybody's artifacts (kubeflow/pipelines#9889) and to any address (CVE-2026-54745) are closed then, at the gate's own host always. Default: whether the Service is called ml-pipeline-ui.",
    ),
  callers: z
    .array(caller)
    .default([])
    .describe(
      "Other pods that may connect past the gate, such as Grafana to Prometheus. A sidecar refuses identity headers of known names from them.",
    ),
});

export const appsSettings = z
  .array(appSchema)
  .default([])
  .describe(
    "Applications behind the same sign-in, each on a host of its own with certificate, routes and policies. Adding or removing one changes no other resource.",
  );

export type App = z.output<typeof appSchema>;
