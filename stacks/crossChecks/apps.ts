import { appHost, cookieDomainOf, hostsOf, isAddress, isOfCluster } from "../hosts";
import { namespaces, reservedNamespaces } from "../namespaces";
import { chainMends } from "../suppliedCertificate";
import { comparing, repeated } from "./comparing";

const at = (index: number, ...rest: string[]) => ["apps", index, ...rest];

export const appsAreDistinct = comparing(["domain", "apps", "echo"], function* ({ domain, apps, echo }, quote) {
  for (const index of repeated(apps.map(({ name }) => name))) {
    yield { path: at(index, "name"), value: apps[index]?.name, mend: "name each application once" };
  }
  // Its way back from sign-in has the other's name with this ending as a resource, and Pulumi takes no name twice.
  for (const [index, { name }] of apps.entries()) {
    if (apps.some((other) => name === `${other.name}-return`)) {
      yield {
        path: at(index, "name"),
        value: name,
        mend: `a resource of ${quote("apps", name.replace(/-return$/, ""))} has this name: write another one`,
      };
    }
  }
  const hosts = hostsOf(domain);
  const own = [hosts.gate, ...(echo.enabled ? [hosts.echo] : [])];
  const all = apps.map((app) => appHost(domain, app));
  for (const index of repeated([...own, ...all])) {
    const app = index - own.length;
    if (app >= 0) {
      yield {
        path: at(app, "host"),
        value: all[app],
        mend: `this host is served already, by the gate itself or by an application above: write another below ${quote("domain", domain)}`,
      };
    }
  }
});

export const appsAreReached = comparing(["domain", "sessions", "apps"], function* ({ domain, sessions, apps }, quote) {
  const parent = cookieDomainOf({ domain, sessions });
  for (const [index, app] of apps.entries()) {
    const host = appHost(domain, app);
    if (isAddress(domain)) {
      yield {
        path: at(index, "name"),
        value: app.name,
        mend: "an application needs a host of its own, and below an address there is none: write a DNS name as domain",
      };
    } else if (!host.endsWith(`.${parent}`)) {
      yield {
        path: at(index, "host"),
        value: host,
        mend: `browsers send the session's cookie to ${quote("sessions", parent)} and below alone: write a host there, or a parent of both as sessions.cookieDomain`,
      };
    }
    if (app.inCluster && app.callers.length > 0) {
      yield {
        path: at(index, "callers"),
        value: app.callers.map(({ namespace }) => namespace),
        mend: "with inCluster every pod may connect: remove one of the two",
      };
    }
  }
});

/**
 * The gateway's rules tell the internal gate from public hosts by its name where nothing else is to be trusted
 * (components/publicPort.ts), so no public host may take it, or any other name of the cluster's.
 */
export const hostsAreOutside = comparing(["domain", "apps"], function* ({ domain, apps }) {
  const mend = "names below cluster.local are the cluster's own: write a name of your own in DNS";
  if (isOfCluster(domain)) {
    yield { path: ["domain"], value: domain, mend: `${mend}, such as kubeflow.example.com` };
  }
  for (const [index, { host }] of apps.entries()) {
    if (host !== undefined && isOfCluster(host)) {
      yield { path: at(index, "host"), value: host, mend: `${mend}, below sessions.cookieDomain` };
    }
  }
});

/** The pods of other namespaces are guarded by the platform's or the cluster's own policies; the echo may be seen as one. */
export const appsAreAtHome = comparing(["apps", "certManager", "istio"], function* (settings) {
  const reserved = reservedNamespaces(settings).filter((namespace) => namespace !== namespaces.echo);
  for (const [index, { service }] of settings.apps.entries()) {
    if (reserved.includes(service.namespace)) {
      yield {
        path: at(index, "service", "namespace"),
        value: service.namespace,
        mend: "this namespace belongs to the platform or the cluster: put the application into one of its own",
      };
    }
  }
});

export const givenCertificateServesApps = comparing(
  ["domain", "certificates", "apps"],
  function* ({ domain, certificates: { edge }, apps }, quote) {
    if (edge.type !== "given" || isAddress(domain)) {
      return;
    }
    const covered = new Set(chainMends(edge.certificate, [domain], new Date()));
    for (const [index, app] of apps.entries()) {
      const host = appHost(domain, app);
      const mend = chainMends(edge.certificate, [host], new Date(), () => quote("apps", host)).find(
        (each) => each.includes("does not cover") && !covered.has(each),
      );
      if (mend !== undefined) {
        yield { path: at(index, "host"), value: host, mend };
      }
    }
  },
);
