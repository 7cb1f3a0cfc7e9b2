import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { echoConfig } from "../documents/gateway/echoConfig";
import { imageOf } from "../stacks/images";
import { type Settings } from "../stacks/schema";
import { VirtualService } from "./customResources";
import { type Flow } from "./flows";
import { GuardedNamespace } from "./guardedNamespace";
import { HardenedWorkload } from "./hardenedWorkload";
import { partOf } from "./labels";
import { onlyFromGateway } from "./onlyFromGateway";
import { echo, gateway, type Hosts, namespaces, revisionOf } from "./topology";

export interface EchoArgs {
  settings: Settings;
  hosts: Hosts;
  flows: readonly Flow[];
  /** The mesh and the gateway. */
  dependsOn: pulumi.Resource[];
}

/** A small application that answers with the identity the gate verified, to see the chain with; dev only. */
export class Echo extends pulumi.ComponentResource {
  constructor(name: string, { settings, hosts, flows, dependsOn }: EchoArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:Echo", name, {}, opts);
    const child = { parent: this, dependsOn };
    const namespace = new GuardedNamespace(
      namespaces.echo,
      { namespace: namespaces.echo, podSecurity: "restricted", sidecars: true, revision: revisionOf(settings), flows },
      { parent: this },
    );
    namespace.requireMutualTls({ dependsOn });
    const metadata = { name: echo.name, namespace: echo.namespace, labels: partOf };
    const config = echoConfig(echo.ports.http);
    const configMap = new k8s.core.v1.ConfigMap(
      name,
      { metadata: { ...metadata, namespace: namespace.metadataName }, data: { "envoy.yaml": config } },
      { parent: this },
    );
    const access = onlyFromGateway(
      name,
      { workload: echo.name, namespace: echo.namespace, port: echo.ports.http },
      { ...child, dependsOn: [...dependsOn, ...namespace.ready] },
    );
    new HardenedWorkload(
      name,
      {
        workload: echo.name,
        namespace: echo.namespace,
        image: imageOf("echo", settings.mirror.images),
        command: ["/usr/local/bin/envoy"],
        args: ["--config-path", "/etc/echo/envoy.yaml", "--concurrency", "1", "--disable-hot-restart"],
        replicas: 1,
        ports: { http: { port: echo.ports.http, service: { appProtocol: "http" } } },
        probes: { ready: { path: "/", port: echo.ports.http }, live: { path: "/", port: echo.ports.http } },
        files: { "/etc/echo": { configMap: echo.name } },
        scratch: ["/tmp"],
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
        restartOn: config,
      },
      { ...child, dependsOn: [...dependsOn, access, configMap] },
    );
    new VirtualService(
      name,
      {
        metadata,
        spec: {
          hosts: [hosts.echo],
          gateways: [gateway.reference],
          http: [{ name: "echo", route: [{ destination: { host: echo.host, port: { number: echo.ports.http } } }] }],
        },
      },
      { ...child, dependsOn: [...dependsOn, ...namespace.ready] },
    );
    this.registerOutputs({});
  }
}
