import { mapAt, type Manifest } from "../../manifest";
import { apiListeners, isApiGateway, isIstioGateway, mapsAt, specOf, textAt, textsAt } from "../../readers/istio";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { istioPage, weakness } from "../istio/facts";

const { framework, reference } = weakness(668, "Exposure of Resource to Wrong Sphere");

/** A gateway's key lies beside it, and in no namespace where other people write. */
export const forbidForeignCredentials: Rule = {
  name: "forbid-foreign-credentials",
  title: "A gateway's key lies beside it",
  why:
    "Whoever may read or write Secrets in the namespace of a gateway's key can be the platform for every browser, or end " +
    "its TLS. A key that lies elsewhere is in the hands of whoever is trusted there.",
  mend: "Keep the Secret in the gateway's namespace, and name it without one.",
  severity: "medium",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio Gateway",
      "reference/config/networking/gateway/#ServerTLSSettings",
      "credentialName is beside the pods",
    ),
    {
      id: "Gateway API ReferenceGrant",
      url: "https://gateway-api.sigs.k8s.io/api-types/referencegrant/",
      about: "what lets a listener take a Secret from another namespace",
    },
  ],
  settings: [],
  check(manifest, context) {
    if (isIstioGateway(manifest)) return servers(manifest);
    if (!isApiGateway(manifest)) return [];
    return inspect(() => {
      const own = mapAt(manifest["metadata"], "metadata")["namespace"] ?? context.defaultNamespace;
      return listeners(manifest, own);
    });
  },
};

function servers(manifest: Manifest): Finding[] {
  return mapsAt(specOf(manifest)["servers"], "spec.servers").flatMap(({ field, map }) =>
    inspect(() => {
      const place = `${field}.tls`;
      const tls = mapAt(map["tls"], place);
      const single = ["credentialName", "caCertCredentialName"].map((key) => [
        `${place}.${key}`,
        textAt(tls[key], `${place}.${key}`),
      ]);
      const several = textsAt(tls["credentialNames"], `${place}.credentialNames`).map((name, index) => [
        `${place}.credentialNames[${index}]`,
        name,
      ]);
      return [...single, ...several]
        .filter(([, name = ""]) => name.includes("/"))
        .map(([where = "", name]) => wrong(where, JSON.stringify(name)));
    }),
  );
}

function listeners(manifest: Manifest, own: unknown): Finding[] {
  return apiListeners(manifest).flatMap(({ field, map }) => {
    const tls = mapAt(map["tls"], `${field}.tls`);
    return mapsAt(tls["certificateRefs"], `${field}.tls.certificateRefs`)
      .filter((secret) => ![undefined, null, "", own].includes(secret.map["namespace"]))
      .map((secret) => wrong(`${secret.field}.namespace`, JSON.stringify(secret.map["namespace"])));
  });
}

function wrong(field: string, value: string): Finding {
  return violation(
    field,
    `${field} is ${value}, a Secret elsewhere. Keep it in the gateway's namespace and name it alone.`,
  );
}
