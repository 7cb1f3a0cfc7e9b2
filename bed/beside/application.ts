import { gateway } from "../../components/topology";
import { echoConfig } from "../../documents/gateway/echoConfig";
import { restrictedPod } from "../../acceptance/checks/machines/restrictedPod";
import { lock } from "../../stacks/lock";
import { kubectl, type ProgramPaths } from "../node/controlPlane";
import { applyAsCompany } from "./companyObjects";

/** The application's namespace in the settings of a mode. */
export const applicationNamespace = "dashboard";

const name = "dashboard";
const port = 8080;

/** Somebody else's application at the gate's own host, as Kubeflow's dashboard is: it shows what it gets, as the echo does. */
export async function application(programs: ProgramPaths, host: string): Promise<void> {
  await applyAsCompany(programs, applicationObjects(host));
  const wait = ["wait", "--for=condition=Ready", `pod/${name}`, "--timeout=180s"];
  await kubectl(programs, ["--namespace", applicationNamespace, ...wait]);
}

/** An earlier stack's; nobody needs to wait until it is gone. */
export async function withoutApplication(programs: ProgramPaths): Promise<void> {
  await kubectl(programs, ["delete", "namespace", applicationNamespace, "--ignore-not-found", "--wait=false"]);
}

/** As the README asks of whoever puts an application behind the gate: it takes requests of the gateway's principal alone. */
export function applicationObjects(host: string): object[] {
  const metadata = { name, namespace: applicationNamespace };
  const selector = { app: name };
  const pod = restrictedPod({
    name,
    serviceAccount: name,
    image: lock.images.echo,
    sidecar: true,
    envoy: { configMap: name, port, readyPath: "/" },
  });
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: applicationNamespace,
        labels: { "istio-injection": "enabled", "pod-security.kubernetes.io/enforce": "restricted" },
      },
    },
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "envoy.yaml": echoConfig(port) } },
    {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { ...metadata, name: "default" },
      spec: { mtls: { mode: "STRICT" } },
    },
    {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata,
      spec: {
        selector: { matchLabels: selector },
        action: "ALLOW",
        rules: [{ from: [{ source: { principals: [gateway.principal] } }] }],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector, ports: [{ name: "http", port: 80, targetPort: port, protocol: "TCP", appProtocol: "http" }] },
    },
    {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata,
      spec: {
        hosts: [host],
        gateways: [gateway.reference],
        http: [{ name, route: [{ destination: { host: name, port: { number: 80 } } }] }],
      },
    },
    { ...pod, metadata: { ...pod.metadata, namespace: applicationNamespace } },
  ];
}
