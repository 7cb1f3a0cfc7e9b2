import { namespaces } from "../../components/topology";
import { type Mutation, withSpec } from "./mutation";

interface Filter {
  configPatches: Patch[];
}

interface Patch {
  patch: { value: { name?: string; typed_config?: Typed } };
}

interface Typed {
  default_source_code?: { inline_string: string };
  mutations?: { response_mutations: { append?: unknown; remove?: string }[] };
  early_header_mutation_extensions?: { typed_config: { mutations: Removal[] } }[];
}

interface Removal {
  remove?: string;
  remove_on_match?: { key_matcher: { prefix: string } };
}

/** The EnvoyFilter with all that the gateway does itself. */
export const filter = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  namespace: namespaces.ingress,
  name: "gatehouse",
};

/** Changes the configuration of each of its patches, as far as that is there. */
export const inEachPatch =
  <Config>(change: (config: Partial<Config>) => void): Mutation["change"] =>
  (live) =>
    withSpec<{ configPatches: { patch: { value: { typed_config?: Partial<Config> } } }[] }>(live, ({ configPatches }) =>
      configPatches.forEach(({ patch }) => change(patch.value.typed_config ?? {})),
    );

/** Takes one of the patches away. */
export const without =
  (name: string): Mutation["change"] =>
  (live) =>
    withSpec<Filter>(live, (spec) => {
      spec.configPatches = spec.configPatches.filter(({ patch }) => patch.value.name !== name);
    });

/** Leaves some of the client's own headers as they came. */
const keeping = (kept: (removal: Removal) => boolean): Mutation["change"] =>
  inEachPatch<Typed>(({ early_header_mutation_extensions: extensions = [] }) => {
    for (const { typed_config: config } of extensions) {
      config.mutations = config.mutations.filter((removal) => !kept(removal));
    }
  });

/** Leaves out what one half of `gatehouse.answers` does. */
const answersWithout = (half: "append" | "remove"): Mutation["change"] =>
  inEachPatch<Typed>(({ mutations }) => {
    if (mutations !== undefined) {
      mutations.response_mutations = mutations.response_mutations.filter((each) => each[half] === undefined);
    }
  });

/** Leaves out one call of identity-headers.lua. */
const withoutCall = (call: string): Mutation["change"] =>
  inEachPatch<Typed>(({ default_source_code: source }) => {
    if (source !== undefined) {
      source.inline_string = source.inline_string.replace(`\n  ${call}\n`, "\n").replace(`\n    ${call}\n`, "\n");
    }
  });

/** What the gateway does to every request and answer. */
export const gatewayFilter: readonly Mutation[] = [
  {
    name: "no-word-of-a-wrong-connection",
    breaks: "A browser that reuses the gate's connection for an application is told that there is nothing.",
    object: filter,
    change: without("gatehouse.misdirected"),
    noticedBy: ["apps/misdirected"],
  },
  {
    name: "pages-of-other-origins",
    breaks:
      "A page of another host uses the session of whoever opens it: it calls APIs, posts forms and opens websockets.",
    object: filter,
    change: without("gatehouse.cross_origin"),
    noticedBy: ["origins/other-pages", "origins/websockets", "origins/foreign-page"],
  },
  {
    name: "cookies-of-applications",
    breaks: "An application puts another session in the place of a person's, and sets cookies for every other host.",
    object: filter,
    change: without("gatehouse.application_cookies"),
    noticedBy: ["origins/application-cookies"],
  },
  {
    name: "the-first-of-two-sessions",
    breaks: "A script of another host puts its author's session before a person's own.",
    object: filter,
    change: without("gatehouse.two_sessions"),
    noticedBy: ["origins/two-sessions"],
  },
  {
    name: "a-session-of-its-author",
    breaks:
      "A script of another host puts its author's session where a person has none, who goes on in the author's name.",
    object: filter,
    change: without("gatehouse.signed_in_here"),
    noticedBy: ["origins/planted-session"],
  },
  {
    name: "a-session-in-the-place-of-another",
    breaks: "A server of another host puts its author's session in the place of a person's own.",
    object: filter,
    change: without("gatehouse.signed_in_as"),
    noticedBy: ["origins/planted-session"],
  },
  {
    name: "a-sign-in-of-its-author",
    breaks:
      "A page of another host leads a person to the end of its author's sign-in, and the person is signed in as the author.",
    object: filter,
    change: without("gatehouse.begun_sign_ins"),
    noticedBy: ["login/login-csrf"],
  },
  {
    name: "artifacts-of-every-namespace",
    breaks:
      "Kubeflow Pipelines shows anybody's artifacts to everybody who leaves the namespace out, as pages of the dashboard's origin.",
    object: filter,
    change: without("gatehouse.pipeline_artifacts"),
    noticedBy: ["origins/pipeline-artifacts"],
  },
  {
    name: "pages-of-any-address",
    breaks: "A link to a proxy of Kubeflow Pipelines shows anybody's page on the dashboard's origin.",
    object: filter,
    change: without("gatehouse.pipeline_proxies"),
    noticedBy: ["origins/pipeline-proxies"],
  },
  {
    name: "pipelines-open-at-their-own-host",
    breaks: "The UI of Kubeflow Pipelines shows everybody's artifacts and any address's pages at a host of its own.",
    object: { ...filter, name: "app-door" },
    change: () => undefined,
    modes: ["apps"],
    noticedBy: ["origins/pipeline-artifacts", "origins/pipeline-proxies"],
  },
  {
    name: "frames-of-other-origins",
    breaks: "A page of another origin frames the gate's pages, and keeps hold of a tab that it opened.",
    object: filter,
    change: inEachPatch<Typed>(({ mutations }) => {
      if (mutations !== undefined) {
        mutations.response_mutations = mutations.response_mutations.filter(
          ({ append }) => !/content-security-policy|cross-origin-opener-policy/.test(JSON.stringify(append ?? "")),
        );
      }
    }),
    noticedBy: ["origins/framing"],
  },
  {
    name: "only-the-gate-is-redirected",
    breaks: "Plain HTTP at an application's host is answered with 404.",
    object: filter,
    change: inEachPatch<Typed>(({ default_source_code: source }) => {
      if (source !== undefined) {
        source.inline_string = source.inline_string.replace(/^local below = \{ .+ \}$/m, "local below = {}");
      }
    }),
    noticedBy: ["apps/redirect"],
  },
  {
    name: "keep-one-beginning-of-forged-headers",
    breaks: "A client's own x-goog-iap-* reaches applications; every other forged name is still taken away.",
    object: filter,
    change: keeping(({ remove_on_match: match }) => match?.key_matcher.prefix === "x-goog-iap-"),
    noticedBy: ["spoofing/headers-with-bearer", "spoofing/headers-with-session"],
  },
  {
    name: "keep-one-forged-header",
    breaks: "A client's own x-forwarded-email reaches applications; every other forged name is still taken away.",
    object: filter,
    change: keeping(({ remove }) => remove === "x-forwarded-email"),
    noticedBy: ["spoofing/headers-with-bearer", "spoofing/headers-with-session"],
  },
  {
    name: "forward-the-cookie",
    breaks: "Applications get the session's cookie, and can be that person everywhere.",
    object: filter,
    change: withoutCall("strip_session(headers)"),
    noticedBy: ["spoofing/cookies"],
  },
  {
    name: "groups-as-they-come",
    breaks: "The groups' header is made from the token without a look at the names.",
    object: filter,
    change: withoutCall("set_groups(headers, groups_claim and claims[groups_claim])"),
    noticedBy: ["machines/dex-token"],
  },
  {
    name: "sign-out-to-any-address",
    breaks: "A link to sign out can have a person's token written into an address of an application.",
    object: filter,
    change: withoutCall("forget_return_address(headers)"),
    noticedBy: ["redirects/sign-out-keeps-the-token", "login/sign-out-addresses"],
  },
  {
    name: "links-on-the-password-page",
    breaks: "Whoever makes a link to Dex's page for the password chooses where one of its links leads.",
    object: filter,
    change: withoutCall("keep_dex_links_home(headers)"),
    noticedBy: ["redirects/links-of-dex"],
  },
  {
    name: "no-hsts",
    breaks: "Browsers may come back over plain HTTP.",
    object: filter,
    change: answersWithout("append"),
    noticedBy: ["tls/hsts", "tls/hsts-signed-in"],
  },
  {
    name: "show-the-token-to-browsers",
    breaks: "Answers of oauth2-proxy carry the ID token, where a script of the page can read it.",
    object: filter,
    change: answersWithout("remove"),
    noticedBy: ["login/token-stays"],
  },
  {
    name: "no-route-for-unknown-paths",
    breaks: "A path that nobody serves is denied without asking for a session, and so is the end of a sign-out.",
    object: filter,
    change: without("not-found"),
    noticedBy: ["login/sign-out"],
  },
  {
    name: "plain-http",
    breaks: "Plain HTTP is answered by the applications' rules and not by a redirect.",
    object: filter,
    change: without("gatehouse.https_redirect"),
    noticedBy: ["tls/plain-http-redirects"],
  },
];
