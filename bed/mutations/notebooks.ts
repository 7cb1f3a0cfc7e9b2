import { namespaces, notebooks as topology } from "../../components/topology";
import { filter, inEachPatch, without } from "./gatewayFilter";
import { type Mutation, withToml } from "./mutation";

interface Proxy {
  cookie_domains: string[];
  whitelist_domains: string[];
}

interface Streams {
  early_header_mutation_extensions: unknown;
  stream_idle_timeout: string;
}

interface Lua {
  default_source_code: { inline_string: string };
}

const modes = ["notebooks", "notebooks-apart"];

const binding = (kind: string, name: string) => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind,
  namespace: "",
  name,
});

const proxy = {
  object: { apiVersion: "v1", kind: "ConfigMap", namespace: namespaces.auth, name: topology.proxy.name },
  restarts: topology.proxy.name,
};

const inProxy =
  (change: (config: Proxy) => void): Mutation["change"] =>
  (live) =>
    withToml(live, "oauth2-proxy.toml", change);

/** Notebooks on hosts of their own. */
export const notebooks: readonly Mutation[] = [
  {
    name: "routes-at-hosts-of-others",
    breaks: "Whoever may write a VirtualService in one namespace has the notebooks of all others.",
    object: binding("ValidatingAdmissionPolicyBinding", topology.policies.routes),
    change: () => undefined,
    modes,
    noticedBy: ["notebooks/admission"],
  },
  {
    name: "services-that-stand-for-others",
    breaks:
      "Whoever may write a Service in one namespace has it lead to another's notebook, which believes the gateway.",
    object: binding("ValidatingAdmissionPolicyBinding", topology.policies.addresses),
    change: () => undefined,
    modes: ["notebooks"],
    noticedBy: ["notebooks/older-objects"],
  },
  {
    name: "notebooks-without-hosts",
    breaks: "A notebook's route stays at every host, as its controller writes it, and the gateway takes none for it.",
    object: binding("MutatingAdmissionPolicyBinding", topology.policies.hosts),
    change: () => undefined,
    modes,
    noticedBy: ["notebooks/admission"],
  },
  {
    name: "notebooks-at-the-gate",
    breaks:
      "The gate leads nobody to a notebook's host, which asks for the gate's session that browsers never send there.",
    object: filter,
    change: without("gatehouse.notebook_hosts"),
    modes,
    noticedBy: ["notebooks/sign-in"],
  },
  {
    name: "boards-at-the-gate",
    breaks: "The gate has TensorBoards on its own origin, where a page of somebody's training run is the dashboard's.",
    object: filter,
    change: inEachPatch<Lua>(({ default_source_code: source }) => {
      if (source !== undefined) {
        source.inline_string = source.inline_string.replace(/\["tensorboard"\] = "[a-z-]+", /, "");
      }
    }),
    modes,
    noticedBy: ["notebooks/boards-and-viewers"],
  },
  {
    name: "notebooks-stay-signed-in",
    breaks: "Whoever signs out at the dashboard stays signed in to the notebooks.",
    object: filter,
    change: without("gatehouse.notebook_sign_out"),
    modes,
    noticedBy: ["notebooks/sign-out"],
  },
  {
    name: "pages-of-notebooks",
    breaks: "A notebook's page has whoever opens it call the dashboard and other people's notebooks.",
    object: filter,
    change: without("gatehouse.cross_origin"),
    modes,
    noticedBy: ["notebooks/attackers-page"],
  },
  {
    name: "a-session-of-a-notebooks-author",
    breaks:
      "A notebook's page has whoever opens it, and is signed out, go on at the dashboard in its author's session.",
    object: filter,
    change: without("gatehouse.signed_in_here"),
    modes: ["notebooks"],
    noticedBy: ["notebooks/somebody-elses-session"],
  },
  {
    name: "one-connection-for-each-notebook",
    breaks: "A browser that reuses one notebook's connection for another is told to open its own.",
    object: filter,
    change: inEachPatch<Lua>(({ default_source_code: source }) => {
      if (source !== undefined) {
        source.inline_string = source.inline_string.replace(" or (is_notebook(one) and is_notebook(other))", "");
      }
    }),
    modes,
    noticedBy: ["notebooks/one-connection", "notebooks/browser-connections"],
  },
  {
    name: "tokens-of-notebooks-at-the-gate",
    breaks: "A token that was made for the notebooks' sign-in is good at the gate.",
    object: {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      namespace: namespaces.ingress,
      name: "notebook-tokens",
    },
    change: () => undefined,
    modes,
    noticedBy: ["notebooks/sessions-apart"],
  },
  {
    name: "sessions-of-notebooks-for-every-host",
    breaks: "Browsers send the session of notebooks to the gate and to every other host of its site.",
    ...proxy,
    change: inProxy(
      (config) => (config.cookie_domains = config.cookie_domains.map((name) => name.replace(/^[^.]+\./, ""))),
    ),
    modes: ["notebooks"],
    noticedBy: ["notebooks/sessions-apart"],
  },
  {
    name: "notebooks-return-to-anybody",
    breaks: "A link that begins the notebooks' sign-in has it end at somebody else's page.",
    ...proxy,
    change: inProxy((config) => config.whitelist_domains.push("evil.example")),
    modes,
    noticedBy: ["notebooks/return-addresses"],
  },
  {
    name: "service-workers-of-applications",
    breaks: "An application's script reads whatever people do at its host, the gate's sign-in among it.",
    object: filter,
    change: without("gatehouse.service_workers"),
    modes,
    noticedBy: ["notebooks/below-root"],
  },
  {
    name: "kernels-that-rest",
    breaks:
      "A websocket on which nothing comes for ten seconds is closed: a kernel's that computes, a terminal's of somebody who reads.",
    object: filter,
    change: inEachPatch<Streams>((config) => {
      if (config.early_header_mutation_extensions !== undefined) {
        config.stream_idle_timeout = "10s";
      }
    }),
    modes,
    noticedBy: ["notebooks/long-lived", "notebooks/jupyterlab"],
  },
  {
    name: "cookies-of-notebooks",
    breaks:
      "A notebook's own cookies get lost on the way, and Jupyter refuses whatever needs the token in one of them.",
    object: filter,
    change: inEachPatch<Lua>(({ default_source_code: source }) => {
      // Sign-ins have a filter with the same line.
      if (source?.inline_string.includes("for_its_host") === true) {
        source.inline_string = source.inline_string.replace('    headers:add("set-cookie", cookie)\n', "");
      }
    }),
    modes,
    noticedBy: ["notebooks/jupyterlab"],
  },
];
