import { acme, echo, namespaces, serviceHost } from "../../components/topology";
import { filter } from "./gatewayFilter";
import { type Mutation, withSpec } from "./mutation";

interface Filter {
  configPatches: { patch: { value: { name?: string; typed_config?: { default_source_code?: Source } } } }[];
}

interface Source {
  inline_string: string;
}

interface Routes {
  http: { name?: string; route?: { destination: { host: string; port: { number: number } } }[] }[];
}

/** Another text in the filter of plain HTTP. */
const inItsText =
  (old: string, now: string): Mutation["change"] =>
  (live) =>
    withSpec<Filter>(live, ({ configPatches }) => {
      for (const { patch } of configPatches) {
        const source = patch.value.typed_config?.default_source_code;
        if (patch.value.name === "gatehouse.https_redirect" && source !== undefined) {
          source.inline_string = source.inline_string.replace(old, now);
        }
      }
    });

const modes = ["acme"];
const noticedBy = ["tls/challenge-path"];

/** What is open at port 80 where the certificate comes by HTTP-01. */
export const acmeChallenges: readonly Mutation[] = [
  {
    name: "challenges-with-longer-paths",
    breaks: "At port 80 everything below the challenge's path goes through to the solver, over plain HTTP.",
    object: filter,
    change: inItsText("/([A-Za-z0-9_-]+)$", "/(.+)$"),
    modes,
    noticedBy,
  },
  {
    name: "challenges-at-an-application",
    breaks: "At port 80 the challenge's path leads to an application in place of the solver.",
    object: {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      namespace: namespaces.ingress,
      // The domain of the stack that the mode has.
      name: `gatehouse-acme-${acme.solverOf("kubeflow.example.com")}`,
    },
    change: (object) =>
      withSpec<Routes>(object, ({ http }) => {
        for (const { destination } of http.flatMap(({ route = [] }) => route)) {
          destination.host = serviceHost(echo.name, echo.namespace);
          destination.port.number = echo.ports.http;
        }
      }),
    modes,
    noticedBy,
  },
  {
    name: "challenges-redirected",
    breaks: "The challenge is redirected like everything else, so that no certificate is issued or renewed.",
    object: filter,
    change: inItsText('headers:get(":method") == "GET"', "false"),
    modes,
    noticedBy,
  },
];
