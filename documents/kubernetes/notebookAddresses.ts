/**
 * Who says where a Service of a profile leads. The gateway hands on who somebody is, and whatever it reaches believes it. A route
 * leads to Services of its own namespace alone, but such a Service can stand for any address: another namespace's notebook
 * would be a path of the author's own host, whose pages could ask it as whoever looks at them. So in profiles the addresses are
 * those of the namespace's own pods, as Kubernetes finds them. Others are for those who may write them in every namespace
 * anyway: Kubernetes' and Knative's controllers, and administrators. So is a Service that selects no pods: Kubernetes leaves it
 * the addresses that it had when it did, and once those pods are gone they are other people's. So are DestinationRules that
 * leave the namespace: one that names a file that isn't there makes a cluster that Envoy refuses, and a new gateway pod that is
 * refused one never gets ready.
 */
import { escaped, literal, type ValidatingPolicy } from "./admissionPolicy";

export interface NotebookAddresses {
  /** The labels of the namespaces that notebooks are in. */
  profileLabels: Readonly<Record<string, string>>;
  clusterDomain: string;
}

/** Resources that are nothing but addresses. istiod makes WorkloadEntries by itself where there is a WorkloadGroup. */
const addresses = [
  { group: "", resource: "endpoints" },
  { group: "discovery.k8s.io", resource: "endpointslices" },
  { group: "networking.istio.io", resource: "workloadentries" },
  { group: "networking.istio.io", resource: "workloadgroups" },
];

const services = { group: "", resource: "services" };
const serviceEntries = { group: "networking.istio.io", resource: "serviceentries" };
const destinationRules = { group: "networking.istio.io", resource: "destinationrules" };

const everywhere =
  "authorizer.group(request.resource.group).resource(request.resource.resource)" +
  '.check(request.operation == "CREATE" ? "create" : "update").allowed()';

export function notebookAddresses({ profileLabels, clusterDomain }: NotebookAddresses): ValidatingPolicy {
  const is = ({ resource }: { resource: string }) => `request.resource.resource == ${literal(resource)}`;
  const ofTheCluster = `h.lowerAscii().matches(${literal(`(^|[.])${escaped(clusterDomain)}[.]?$`)})`;
  const where = 'request.resource.resource + " " + request.namespace + "/" + object.metadata.name';
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      matchPolicy: "Equivalent",
      namespaceSelector: { matchLabels: { ...profileLabels } },
      resourceRules: [...addresses, services, serviceEntries, destinationRules].map(({ group, resource }) => ({
        apiGroups: [group],
        apiVersions: ["*"],
        operations: ["CREATE", "UPDATE"],
        resources: [resource],
      })),
    },
    matchConditions: [
      {
        name: "says-where-something-leads",
        expression:
          `${is(services)} ? object.spec.?type.orValue("") == "ExternalName" || object.spec.?selector.orValue({}).size() == 0 : ` +
          `${is(serviceEntries)} ? object.?spec.?hosts.orValue([]).exists(h, ${ofTheCluster}) : ` +
          `${is(destinationRules)} ? object.?spec.?exportTo.orValue([]) != ["."] : true`,
      },
    ],
    variables: [],
    validations: [
      {
        expression: everywhere,
        reason: "Forbidden",
        messageExpression:
          `${where} + (${is(destinationRules)} ? ": the gateway would follow it, and a new one would not start if Envoy ` +
          'refuses it; write exportTo: [\\".\\"], or ask an administrator" : ": the gateway would take who somebody is to ' +
          'any address that this names; have a Service that selects pods of its own namespace, or ask an administrator")',
        message:
          "the gateway would follow it to other addresses; have a Service that selects pods of its namespace, and DestinationRules for it alone",
      },
    ],
  };
}
