import { reservedNamespaces } from "../namespaces";
import { comparing, shorter } from "./comparing";

export const gatewayMakesSense = comparing(
  ["environment", "ingress", "replicas"],
  function* ({ environment, ingress, replicas }, quote) {
    const { min, max } = ingress.replicas;
    if (min > max) {
      yield {
        path: ["ingress", "replicas", "min"],
        value: min,
        mend: `must not be above ingress.replicas.max (${quote("ingress", max)})`,
      };
    }
    if (environment === "prod" && min < 2) {
      yield {
        path: ["ingress", "replicas", "min"],
        value: min,
        mend: "with one gateway pod every node drain closes the gate: write 2 or more in prod",
      };
    }
    if (environment === "prod" && replicas < 2) {
      yield {
        path: ["replicas"],
        value: replicas,
        mend: "with one pod every node drain ends sign-in: write 2 or more in prod",
      };
    }
    const { type, nodePorts } = ingress.service;
    if (type === "NodePort" && nodePorts.http === nodePorts.https) {
      yield {
        path: ["ingress", "service", "nodePorts", "https"],
        value: nodePorts.https,
        mend: "plain HTTP has this port already: write another one",
      };
    }
    const { preload, includeSubdomains, maxAge } = ingress.hsts;
    if (preload && (!includeSubdomains || shorter(maxAge, "8760h"))) {
      yield {
        path: ["ingress", "hsts", "preload"],
        value: true,
        mend: "browsers' preload lists ask for includeSubdomains: true and maxAge of at least 8760h",
      };
    }
  },
);

export const routesAreOfApplications = comparing(["ingress", "certManager", "istio"], function* (settings) {
  const reserved = reservedNamespaces(settings);
  for (const [index, namespace] of settings.ingress.applicationNamespaces.entries()) {
    if (reserved.includes(namespace)) {
      yield {
        path: ["ingress", "applicationNamespaces", index],
        value: namespace,
        mend: "this namespace belongs to the platform and has its routes already: name the namespaces of applications",
      };
    }
  }
});
