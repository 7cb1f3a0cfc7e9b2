import { istiod, namespaces, oauth2Proxy } from "../../components/topology";
import { companyMeshConfig } from "../beside/foundations/istio";
import { type Mutation, withSpec, withYaml } from "./mutation";

interface Mesh {
  pathNormalization: { normalization: string };
  extensionProviders: { name: string; envoyExtAuthzHttp: Check }[];
}

interface Check {
  pathPrefix?: string;
  includeRequestHeadersInCheck: string[];
  includeAdditionalHeadersInCheck?: Record<string, string>;
}

/** istiod looks at it all the time and tells the proxies, so that no pod has to go. */
const object = { apiVersion: "v1", kind: "ConfigMap", namespace: namespaces.istio, name: "istio" };

/** That of somebody else's istiod, whose revision is in its name. */
const theirs = { ...object, ...companyMeshConfig };

const inMesh =
  (change: (mesh: Mesh) => void): Mutation["change"] =>
  (live) =>
    withYaml(live, "mesh", change);

const inCheck = (change: (check: Check) => void): Mutation["change"] =>
  inMesh(({ extensionProviders }) =>
    extensionProviders
      .filter(({ name }) => name === oauth2Proxy.extensionProvider)
      .forEach(({ envoyExtAuthzHttp }) => change(envoyExtAuthzHttp)),
  );

interface Istiod {
  template: { spec: { containers: { env: { name: string; value?: string }[] }[] } };
}

/** What paths look like to rules, what oauth2-proxy is asked, and what its sidecar knows. */
export const mesh: readonly Mutation[] = [
  {
    name: "clusters-of-every-namespace",
    breaks:
      "A DestinationRule for a Service to which no route leads can end the gateway's pods, or keep new ones from starting.",
    object: { apiVersion: "apps/v1", kind: "Deployment", namespace: istiod.namespace, name: istiod.name },
    change: (live) =>
      withSpec<Istiod>(live, ({ template: { spec } }) => {
        for (const variable of spec.containers.flatMap(({ env }) => env)) {
          if (variable.name === "PILOT_FILTER_GATEWAY_CLUSTER_CONFIG") {
            variable.value = "false";
          }
        }
      }),
    noticedBy: ["fail-closed/clusters-of-others"],
  },
  {
    name: "paths-as-they-come",
    breaks: "Rules and routes see a path as the client wrote it, dots and slashes included.",
    object,
    change: inMesh(({ pathNormalization }) => (pathNormalization.normalization = "NONE")),
    noticedBy: ["paths/detours", "paths/one-spelling"],
  },
  {
    name: "checks-without-a-prefix",
    breaks: "The check of an application's /oauth2/start is taken for a sign-in that begins.",
    object,
    change: inCheck((check) => delete check.pathPrefix),
    noticedBy: ["paths/look-alikes"],
  },
  {
    name: "checks-without-the-kind-of-answer",
    breaks: "A background call without a session cannot be told from a page, and gets the sign-in page.",
    object,
    change: inCheck((check) => {
      check.includeRequestHeadersInCheck = check.includeRequestHeadersInCheck.filter((name) => name !== "accept");
    }),
    noticedBy: ["login/background-calls"],
  },
  {
    name: "checks-without-the-address",
    breaks: "The page that was asked for is forgotten, so that nobody comes back to it after signing in.",
    object,
    change: inCheck((check) => delete check.includeAdditionalHeadersInCheck),
    noticedBy: ["redirects/sign-in-and-error-pages", "login/comes-back"],
  },
  {
    name: "somebody-elses-checks-without-the-address",
    breaks:
      "An Istio that somebody else runs was changed after it was looked at, and nobody comes back to the page that was asked for.",
    object: theirs,
    change: inCheck((check) => delete check.includeAdditionalHeadersInCheck),
    modes: ["own-mesh"],
    noticedBy: ["login/comes-back"],
  },
  {
    name: "checks-with-the-address-of-the-application",
    breaks: "A sign-in that began at an application ends on the gate, which returns to no host but its own.",
    object,
    change: inCheck((check) => {
      check.includeAdditionalHeadersInCheck = { "x-auth-request-redirect": "https://%REQ(:AUTHORITY)%%REQ(:PATH)%" };
    }),
    noticedBy: ["apps/comes-back"],
  },
  {
    name: "routes-of-every-namespace",
    breaks:
      "Whoever may write a VirtualService in any namespace leads oauth2-proxy's requests to Dex elsewhere, and nobody can sign in.",
    object: { apiVersion: "networking.istio.io/v1", kind: "Sidecar", namespace: namespaces.auth, name: "default" },
    change: () => undefined,
    noticedBy: ["fail-closed/routes-of-others"],
  },
];
