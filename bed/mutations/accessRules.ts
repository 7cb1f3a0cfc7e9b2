import { namespaces } from "../../components/topology";
import { type Change, type Mutation, withSpec } from "./mutation";

interface Policy {
  rules: { to?: { operation: { ports?: string[]; notHosts?: string[]; notPaths?: string[] } }[]; when?: unknown[] }[];
}

const policy = (name: string) => ({
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  namespace: namespaces.ingress,
  name,
});

/** Whoever has no token is refused twice: none is of a known issuer, either. */
const inEveryDeny = (change: Change["change"]): Pick<Mutation, "object" | "change" | "also"> => ({
  object: policy("require-principal"),
  change,
  also: [{ object: policy("known-issuers"), change }],
});

/** Who gets through the gateway. */
export const accessRules: readonly Mutation[] = [
  {
    name: "drop-the-denies",
    breaks: "Whoever sends an Authorization header that holds no token is let in without an identity.",
    ...inEveryDeny(() => undefined),
    noticedBy: ["machines/token-places", "spoofing/headers-with-nothing", "paths/headers-that-rewrite"],
  },
  {
    name: "open-sign-in-paths-on-every-host",
    breaks: "Applications' own /dex/ and /oauth2/ are open to everybody.",
    ...inEveryDeny((object) =>
      withSpec<Policy>(object, ({ rules }) => {
        rules.forEach((rule) => (rule.to = rule.to?.filter(({ operation }) => operation.notHosts === undefined)));
      }),
    ),
    noticedBy: ["paths/look-alikes", "paths/hosts"],
  },
  {
    name: "open-paths-that-begin-like-sign-in",
    breaks: "The gate's /dexter and /oauth2x are open to everybody, like /dex/ and /oauth2/.",
    ...inEveryDeny((object) =>
      withSpec<Policy>(object, ({ rules }) => {
        for (const { operation } of rules.flatMap(({ to = [] }) => to)) {
          operation.notPaths = operation.notPaths?.map((path) => path.replace("/*", "*"));
        }
      }),
    ),
    noticedBy: ["paths/look-alikes"],
  },
  {
    name: "let-in-tokens-of-nobody",
    breaks: "A genuine token without the claim that names its holder is let in, and applications see nobody.",
    object: policy("require-user"),
    change: () => undefined,
    noticedBy: ["machines/token-without-email"],
  },
  {
    name: "ask-for-a-session-besides-the-token",
    breaks: "Requests with a token are checked for a session, too, and machines have none.",
    object: policy("session"),
    change: (object) => withSpec<Policy>(object, ({ rules }) => rules.forEach((rule) => delete rule.when)),
    noticedBy: ["machines/kubernetes-token", "machines/dex-token"],
  },
  {
    name: "sign-in-without-a-session",
    breaks: "Nobody asks oauth2-proxy any more, so no session is ever accepted.",
    object: policy("session"),
    change: () => undefined,
    noticedBy: ["login/comes-back", "login/sign-in-page"],
  },
];
