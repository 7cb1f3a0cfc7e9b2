import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { isRolledOut } from "../documents/existing/workload";
import { extraAuthorities } from "../documents/istio/istiodOptions";
import { istiodVersion } from "../documents/istio/istiodProblems";
import { meshProblems } from "../documents/istio/meshProblems";
import { meshObjects } from "../documents/istio/requiredMesh";
import { type Settings } from "../stacks/schema";
import { type CertificateAuthority } from "./certificateAuthority";
import { type IdentityProvider } from "./identityProvider";
import { keyAuthorities } from "./keyAuthorities";
import { partOf } from "./labels";
import { refusal, refuseDifferences } from "./refusal";
import { type ExistingIstioSettings, requiredMesh } from "./requiredMesh";

export interface ExistingIstioArgs {
  settings: Settings;
  istio: ExistingIstioSettings;
  provider: IdentityProvider;
  /** Signs the address at which istiod fetches Dex's keys. */
  certificateAuthority: CertificateAuthority;
}

/** An Istio that somebody else runs: nothing of it is changed, everything that the gate rests on is looked at. */
export class ExistingIstio extends pulumi.ComponentResource {
  /** There only if the mesh is as it has to be; Istio's objects and pods with sidecars wait for this. */
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    { settings, istio, provider, certificateAuthority }: ExistingIstioArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("gatehouse:index:ExistingIstio", name, {}, opts);
    const required = requiredMesh(settings, istio, provider);
    const objects = meshObjects(required);
    // istiod's pods wait for it, so it comes before they are looked at.
    const authority = certificateAuthority.distribute(
      `${name}-ca`,
      {
        namespace: istio.namespace,
        key: extraAuthorities.file,
        secretName: required.authoritySecret,
        others: keyAuthorities(settings, provider),
      },
      { parent: this },
    );
    const live = { parent: this, dependsOn: authority };
    const configMap = k8s.core.v1.ConfigMap.get(`${name}-mesh`, objects.configMap, live);
    const injector = k8s.core.v1.ConfigMap.get(`${name}-injector`, objects.injector, live);
    const deployment = k8s.apps.v1.Deployment.get(`${name}-istiod`, objects.deployment, live);
    const webhook = k8s.admissionregistration.v1.MutatingWebhookConfiguration.get(
      `${name}-webhook`,
      objects.webhook,
      live,
    );
    const version = pulumi
      .all([configMap.data, injector.data, deployment.metadata, deployment.spec, deployment.status, webhook.webhooks])
      .apply(([mesh, values, metadata, spec, status, webhooks]) => {
        const found = {
          configMap: { data: mesh },
          injector: { data: values },
          deployment: { metadata, spec },
          webhook: { webhooks },
        };
        refuseDifferences(
          `The Istio in ${istio.namespace} is not as the gate needs it, and no pod of the gate was made (npm run mesh prints the values)`,
          meshProblems(found, required),
        );
        // In a preview the Secret that new pods wait for may not be there yet.
        if (!pulumi.runtime.isDryRun() && !isRolledOut({ generation: metadata.generation, status })) {
          throw refusal(
            `istiod still runs pods from before its last change, and no pod of the gate was made. Wait, and run pulumi up again: kubectl rollout status -n ${istio.namespace} deployment/${metadata.name}`,
          );
        }
        return istiodVersion(found.deployment) ?? "";
      });
    this.ready = new k8s.core.v1.ConfigMap(
      name,
      {
        metadata: { name: "gatehouse-checked-istio", namespace: istio.namespace, labels: partOf },
        data: { istiod: version },
      },
      { parent: this, dependsOn: authority },
    );
    this.registerOutputs({});
  }
}
