import { namespaces } from "../../components/topology";
import { type Mutation, withSpec } from "./mutation";

interface Tokens {
  jwtRules: Rule[];
}

interface Rule {
  audiences?: string[];
  fromHeaders?: unknown[];
  forwardOriginalToken?: boolean;
  outputClaimToHeaders?: { header: string; claim: string }[];
}

const object = {
  apiVersion: "security.istio.io/v1",
  kind: "RequestAuthentication",
  namespace: namespaces.ingress,
  name: "tokens",
};

const inEachRule =
  (change: (rule: Rule) => void): Mutation["change"] =>
  (live) =>
    withSpec<Tokens>(live, ({ jwtRules }) => jwtRules.forEach(change));

/** Which tokens are believed, and what becomes of them. */
export const tokens: readonly Mutation[] = [
  {
    name: "tokens-of-any-audience",
    breaks: "A token that was made for somebody else is believed.",
    object,
    change: inEachRule((rule) => delete rule.audiences),
    // Not by a token of Dex: the rule `known-issuers` knows its clients as well.
    noticedBy: ["machines/kubernetes-token"],
  },
  {
    name: "tokens-from-the-query",
    breaks: "A token in the address is believed, where logs and referrers keep it.",
    object,
    change: inEachRule((rule) => delete rule.fromHeaders),
    noticedBy: ["machines/token-places"],
  },
  {
    name: "forward-the-token",
    breaks: "Applications get people's and machines' tokens.",
    object,
    change: inEachRule((rule) => (rule.forwardOriginalToken = true)),
    noticedBy: ["machines/dex-token", "spoofing/headers-with-bearer"],
  },
  {
    name: "no-user-for-applications",
    breaks: "Applications learn the groups of whoever asks, and no longer the user.",
    object,
    change: inEachRule((rule) => {
      rule.outputClaimToHeaders = rule.outputClaimToHeaders?.filter(({ header }) => header !== "kubeflow-userid");
    }),
    noticedBy: ["machines/dex-token"],
  },
];
