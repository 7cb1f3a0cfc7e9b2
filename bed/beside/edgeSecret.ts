import { join } from "node:path";
import { namespaces } from "../../stacks/namespaces";
import { type ProgramPaths } from "../node/controlPlane";
import { layout } from "../node/layout";
import { readFacts } from "../platform/factsFile";
import { serverCertificate } from "./authority";
import { applyAsCompany } from "./companyObjects";
import { namesOf } from "./surroundings";

/** The Secret's name in the settings of a mode. */
export const edgeSecretName = "company-certificate";

/** Puts a new certificate into the Secret that the gateway reads, as whoever keeps it would. */
export async function renewEdgeSecret(programs: ProgramPaths, names: readonly string[]): Promise<void> {
  const { certificatePem, keyPem } = await serverCertificate(names);
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: edgeSecretName, namespace: namespaces.ingress },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": certificatePem, "tls.key": keyPem },
  };
  await applyAsCompany(programs, [secret]);
}

/** The same for whoever is inside the bed, such as the suite. */
export async function renewCertificateInside(): Promise<void> {
  const { path, state } = layout();
  await renewEdgeSecret((name) => join(path, name), namesOf(readFacts(state)));
}
