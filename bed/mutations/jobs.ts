import { namespaces } from "../../stacks/namespaces";
import { type Mutation, withSpec } from "./mutation";

interface Spec {
  rules: { when: { key: string }[] }[];
}

const clients = {
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  namespace: namespaces.ingress,
  name: "machine-clients",
};

const without = (key: string): Mutation["change"] => {
  return (object) =>
    withSpec<Spec>(object, (spec) => {
      spec.rules = spec.rules.filter(({ when }) => when.every((condition) => condition.key !== key));
    });
};

/** What Dex 2.45 does not look at when it exchanges a job's token. */
export const jobs: readonly Mutation[] = [
  {
    name: "jobs-of-anybody",
    breaks: "Whoever has a job at the same CI comes in with the client's secret.",
    object: clients,
    change: without("request.auth.claims[email]"),
    modes: ["every-machine"],
    noticedBy: ["machines/job"],
  },
  {
    name: "tokens-of-any-connector",
    breaks: "A person's token becomes a job's, and nobody sees by which connector it came.",
    object: clients,
    change: without("request.auth.claims[federated_claims][connector_id]"),
    modes: ["every-machine"],
    noticedBy: ["machines/job"],
  },
  {
    name: "a-person-by-exchange",
    breaks: "The gate's own client exchanges a job's token for one of a person.",
    object: clients,
    change: without("request.auth.claims[nonce]"),
    modes: ["every-machine"],
    noticedBy: ["machines/job"],
  },
];
