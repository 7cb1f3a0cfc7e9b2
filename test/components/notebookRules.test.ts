import { strict as assert } from "node:assert";
import { everythingInput } from "../../stacks/everything";
import { type AuthorizationSpec, matches, type Request } from "../program/authorization";
import { recordPlatform } from "../program/record";
import { changed, settingsOf } from "../stacks/fixture";

const gate = "kubeflow.example.com";
const domain = "kubeflow-notebooks.example.com";
const lab = `team-a--lab.${domain}`;
const signIn = `auth.${domain}`;
const issuer = `https://${gate}/dex`;

describe("the rules of hosts of notebooks", () => {
  let policies: Record<string, AuthorizationSpec>;
  let audiences: unknown;
  before(async () => {
    const recording = await recordPlatform(
      settingsOf(changed(everythingInput, "notebooks", { mode: "subdomain", domain })),
    );
    policies = Object.fromEntries(
      recording
        .all<{ spec: AuthorizationSpec }>("AuthorizationPolicy", "ingress")
        .map(({ metadata, spec }) => [metadata.name, spec]),
    );
    const rule = recording.object<{ spec: { jwtRules: { audiences: string[] }[] } }>(
      "RequestAuthentication",
      "tokens",
      "ingress",
    );
    audiences = rule.spec.jwtRules[0]?.audiences;
  });

  const met = (action: string, request: Partial<Request>) =>
    Object.entries(policies)
      .filter(([, spec]) => spec.action === action)
      .filter(([, spec]) => matches(spec, { port: 8443, host: gate, path: "/", sni: "x", ...request }))
      .map(([name]) => name)
      .sort();

  const bearer = { authorization: "Bearer x" };
  const person = { iss: issuer, sub: "1", aud: "oauth2-proxy", email: "user@example.com", nonce: "n" };
  const ofNotebooks = { ...person, aud: "oauth2-proxy-notebooks" };
  const machine = { iss: "https://oidc.cluster.example.com", sub: "cluster-b:bot" };

  it("know the notebooks' tokens as people's", () => {
    assert.deepEqual(audiences, ["oauth2-proxy", "ci", "oauth2-proxy-notebooks"]);
  });

  const word = { authorization: "Gatehouse-Notebooks" };
  const asked: [what: string, request: Partial<Request>, by: string[]][] = [
    ["a page of the gate", {}, ["session"]],
    ["a page of the gate with a token", { headers: bearer }, []],
    ["a page of the gate with the notebooks' word", { headers: word }, []],
    ["a page of a notebook", { host: lab, path: "/notebook/team-a/lab/", headers: word }, ["notebook-session"]],
    [
      "one in capitals",
      { host: lab.toUpperCase(), path: "/notebook/team-a/lab/", headers: word },
      ["notebook-session"],
    ],
    [
      "a notebook's host with the paths of sign-in",
      { host: lab, path: "/oauth2/userinfo", headers: word },
      ["notebook-session"],
    ],
    ["a notebook's host with Dex's paths", { host: lab, path: "/dex/auth", headers: word }, ["notebook-session"]],
    ["a notebook where the filter is missing", { host: lab }, ["session"]],
    ["the sign-in of notebooks", { host: signIn, path: "/oauth2/start" }, []],
    ["what else is at its host", { host: signIn, path: "/dex/auth" }, ["session"]],
    ["the sign-in of the gate", { path: "/oauth2/start" }, []],
    ["Dex", { path: "/dex/auth" }, []],
    ["the domain itself, where nobody is", { host: domain }, ["session"]],
    ["a host that ends like it", { host: `x${domain}`, headers: word }, []],
  ];
  for (const [what, request, by] of asked) {
    it(`have ${by.length === 0 ? "nobody" : by.join(" and ")} asked about ${what}`, () => {
      assert.deepEqual(met("CUSTOM", request), by);
    });
  }

  const denied: [what: string, request: Partial<Request>, by: string[]][] = [
    ["a person at the gate", { headers: bearer, claims: person }, []],
    ["a person at a notebook", { host: lab, claims: ofNotebooks }, []],
    ["a notebook's token at the gate", { headers: bearer, claims: ofNotebooks }, ["notebook-tokens"]],
    [
      "a notebook's token at an application",
      { host: `door.${gate}`, headers: bearer, claims: ofNotebooks },
      ["notebook-tokens"],
    ],
    [
      "a token for nobody's client at a notebook",
      { host: lab, claims: { ...person, aud: "other" } },
      ["known-issuers"],
    ],
    [
      "a token for both at a notebook",
      { host: lab, claims: { ...person, aud: ["oauth2-proxy", "oauth2-proxy-notebooks"] } },
      ["notebook-tokens"],
    ],
    [
      "a token for both at the gate",
      { headers: bearer, claims: { ...person, aud: ["oauth2-proxy", "oauth2-proxy-notebooks"] } },
      ["notebook-tokens"],
    ],
    ["the gate's token at a notebook", { host: lab, headers: bearer, claims: person }, ["notebook-tokens"]],
    [
      "a job's token at a notebook",
      { host: lab, claims: { ...person, aud: "ci" } },
      ["machine-clients", "notebook-tokens"],
    ],
    ["a machine's token at a notebook", { host: lab, claims: machine }, ["notebook-tokens"]],
    ["nobody at a notebook", { host: lab, headers: word }, ["known-issuers", "require-principal"]],
    ["nobody at the gate with the notebooks' word", { headers: word }, ["known-issuers", "require-principal"]],
    ["nobody at sign-in", { host: signIn, path: "/oauth2/callback" }, []],
    ["nobody at the gate's sign-in", { path: "/oauth2/callback" }, []],
    [
      "nobody at sign-in's path on a notebook",
      { host: lab, path: "/oauth2/x" },
      ["known-issuers", "require-principal"],
    ],
    ["nobody at Dex's path on sign-in's host", { host: signIn, path: "/dex/" }, ["known-issuers", "require-principal"]],
    ["a notebook's token without an address", { host: lab, claims: { ...ofNotebooks, email: "" } }, ["require-user"]],
  ];
  for (const [what, request, by] of denied) {
    it(`${by.length === 0 ? "admit" : "deny"} ${what}`, () => {
      assert.deepEqual(met("DENY", request), by);
    });
  }
});
