import { strict as assert } from "node:assert";
import { everythingInput } from "../../stacks/everything";
import { inOrder } from "../../cli/manifests/applyOrder";
import { type AuthorizationSpec, matches } from "../program/authorization";
import { recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { withProvider } from "../stacks/identities";
import { changed, production, settingsOf, type Tree } from "../stacks/fixture";

const gate = "kubeflow.example.com";
const removed = "https://ci.example.com";
const issuers = [
  { name: "ci", issuer: removed, audiences: ["kubeflow"], users: ["repo:example/pipelines:*"] },
  { name: "cluster", issuer: "https://cluster.example.com", audiences: ["kubeflow"], users: ["cluster-b:*"] },
];
type Policies = Map<string, AuthorizationSpec>;
const record = (settings: Tree) => recordPlatform(settingsOf(settings));
const policiesOf = (recording: Recording): Policies =>
  new Map(
    recording
      .all<{ spec: AuthorizationSpec }>("AuthorizationPolicy", "ingress")
      .map(({ metadata, spec }) => [metadata.name, spec]),
  );

/** Every way in which an update can have stopped: `known-issuers` is changed first, and the others in any order. */
function* betweenThem(before: Policies, after: Policies): Generator<Policies> {
  const others = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => name !== "known-issuers" && JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name)),
  );
  for (let chosen = 0; chosen < 2 ** others.length; chosen++) {
    const mixed = new Map(before).set("known-issuers", after.get("known-issuers") ?? {});
    others.forEach((name, bit) => {
      const spec = after.get(name);
      if ((chosen & (1 << bit)) !== 0) {
        if (spec === undefined) {
          mixed.delete(name);
        } else {
          mixed.set(name, spec);
        }
      }
    });
    yield mixed;
  }
}

const denies = (policies: Policies, claims: Record<string, unknown>) =>
  [...policies].some(
    ([name, policy]) =>
      // It looks at addresses, which is another matter.
      name !== "trusted-ranges" &&
      policy.action === "DENY" &&
      matches(policy, { port: 8443, host: gate, sni: gate, path: "/", headers: { authorization: "Bearer x" }, claims }),
  );

describe("whoever is removed from the settings", () => {
  const stranger = { iss: removed, sub: "repo:stranger/x:ref:refs/heads/main", aud: "kubeflow" };
  const provided = () => changed(withProvider(), "identity.provider.backendLogoutUrl", undefined);
  const jobs = () => structuredClone(everythingInput) as Tree;
  const deploy = { id: "deploy", connectors: ["github-actions"], users: ["repo:example/deploy:*"] };
  const ofStranger = (client: string) => ({
    iss: `https://${gate}/dex`,
    sub: "1",
    aud: client,
    email: "repo:stranger/x:ref:refs/heads/main",
    federated_claims: { connector_id: "github-actions" },
  });
  const ways: [what: string, before: () => Tree, after: () => Tree, claims: Record<string, unknown>][] = [
    [
      "one of two issuers",
      () => changed(production(), "machines.issuers", issuers),
      () => changed(production(), "machines.issuers", issuers.slice(1)),
      stranger,
    ],
    ["the last issuer", () => changed(production(), "machines.issuers", issuers.slice(0, 1)), production, stranger],
    ["one of two clients", () => changed(jobs(), "machines.clients[1]", deploy), jobs, ofStranger("deploy")],
    [
      "the last client",
      jobs,
      () => changed(changed(jobs(), "machines.clients", []), "machines.connectors", []),
      ofStranger("ci"),
    ],
    [
      "a provider in place of Dex",
      provided,
      () => changed(provided(), "identity.provider.issuer", "https://new.example.com"),
      { iss: "https://login.example.com", sub: "1", aud: "kubeflow", email: "stranger@example.org" },
    ],
  ];
  for (const [what, before, after, claims] of ways) {
    it(`is denied from the first change on, whatever else has changed: ${what}`, async () => {
      const from = policiesOf(await record(before()));
      const to = policiesOf(await record(after()));
      assert(denies(from, claims), "a stranger is denied before");
      let open = 0;
      for (const mixed of betweenThem(from, to)) {
        assert(denies(mixed, claims), `with ${[...mixed.keys()].join(", ")}`);
        mixed.delete("known-issuers");
        open += denies(mixed, claims) ? 0 : 1;
      }
      assert(open > 0, "the other rules alone would open the gate on the way");
    });
  }
});

describe("the rule of all issuers", () => {
  const ofOneIssuer = ["machine-clients", "machine-users", "require-admission", "require-user"];
  const withAdmission = () => changed(withProvider(), "machines.issuers", issuers);
  const bases: [what: string, base: () => Tree][] = [
    ["Dex", () => structuredClone(everythingInput)],
    ["a provider in place of Dex", withAdmission],
  ];
  for (const [what, base] of bases) {
    it(`changes before those of one issuer, with ${what}`, async () => {
      const recording = await record(base());
      const found = recording.objects
        .map(({ manifest: { apiVersion, kind, metadata } }) => ({
          id: { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? "" },
          file: `${metadata.namespace ?? ""}/${kind.toLowerCase()}-${metadata.name}.yaml`,
        }))
        .filter(({ id: { kind, namespace } }) => kind === "AuthorizationPolicy" && namespace === "ingress");
      const order = inOrder(found).map(({ id: { name } }) => name);
      const known = recording.declared("AuthorizationPolicy", "known-issuers", "ingress");
      const others = ofOneIssuer.filter((name) => order.includes(name));
      assert(others.length >= 3, others.join(", "));
      for (const name of others) {
        const later = recording.declared("AuthorizationPolicy", name, "ingress");
        assert(recording.waitsFor(later, known), `${name} waits in a cluster`);
        assert(order.indexOf("known-issuers") < order.indexOf(name), `${name} comes later in the stage`);
      }
    });
  }
});
