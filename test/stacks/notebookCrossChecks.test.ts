import { strict as assert } from "node:assert";
import { authority, issue } from "../acceptance/certificates";
import { notebookHost } from "../../stacks/notebookHosts";
import { changed, problemsOf, production, project, type Tree } from "./fixture";
import { withProvider } from "./identities";
import * as modes from "./modes";

const domain = "kubeflow-notebooks.example.com";
const other = "notebooks.example.org";
const with_ = (notebooks: Tree, base = production()): Tree =>
  changed(base, "notebooks", { mode: "subdomain", domain, ...notebooks });

/** Its session spans what is below the gate alone. */
const atProvider = (): Tree => changed(withProvider(), "sessions.cookieDomain", undefined);

const found = (settings: Tree, surroundings = {}) =>
  problemsOf(settings, surroundings).map(({ key, mend }) => ({ key: key.slice(project.length + 1), mend }));

describe("notebooks", () => {
  const client = { clientId: "notebooks", clientSecret: { secretName: "notebooks", key: "secret" } };
  const fine: [what: string, settings: Tree][] = [
    ["on the gate's host", changed(production(), "notebooks", { mode: "path" })],
    ["beside the gate", with_({})],
    ["beside it with more than one label", with_({ domain: "a.b.notebooks.example.com" })],
    ["on another site", with_({ mode: "separate-domain", domain: other })],
    ["with a client of a provider in place of Dex", with_({ client }, atProvider())],
    ["with DNS-01", with_({}, modes.gke())],
  ];
  for (const [what, settings] of fine) {
    it(`may be ${what}`, () => {
      assert.deepEqual(found(settings), []);
    });
  }

  const wrong: [what: string, settings: Tree, key: string, mend: RegExp][] = [
    [
      "at the gate's own host",
      with_({ domain: "kubeflow.example.com" }),
      "notebooks.domain",
      /each notebook would get it: write a domain beside it, such as kubeflow-notebooks\.example\.com/,
    ],
    [
      "below the gate",
      with_({ domain: "notebooks.kubeflow.example.com" }),
      "notebooks.domain",
      /each notebook would get it/,
    ],
    [
      "where a wider cookie reaches",
      with_({}, changed(production(), "sessions.cookieDomain", "example.com")),
      "notebooks.domain",
      /session's cookie to example\.com and all below.* such as example-notebooks\.com, with mode: separate-domain/,
    ],
    ["above the gate", with_({ domain: "example.com" }), "notebooks.domain", /the gate is below this domain/],
    [
      "at a public suffix",
      with_({ mode: "separate-domain", domain: "github.io" }),
      "notebooks.domain",
      /public suffix/,
    ],
    ["on another site than they say", with_({ domain: other }), "notebooks.domain", /write mode: separate-domain/],
    [
      "on another site where the gate's cookie has all of its own",
      with_({ domain: other }, changed(production(), "sessions.cookieDomain", "example.com")),
      "notebooks.domain",
      /write mode: separate-domain, which is stronger$/,
    ],
    [
      "on the same site though they say another",
      with_({ mode: "separate-domain" }),
      "notebooks.domain",
      /same site as kubeflow\.example\.com/,
    ],
    [
      "on the same site by a private suffix",
      with_({ mode: "subdomain", domain: "b.github.io" }, changed(production(), "domain", "a.github.io")),
      "notebooks.domain",
      /another site than a\.github\.io/,
    ],
    [
      "in the cluster's own domain",
      with_({ domain: "notebooks.cluster.local", mode: "separate-domain" }),
      "notebooks.domain",
      /the cluster's own/,
    ],
    [
      "below a name too long for hosts",
      with_({ domain: `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.example.com` }),
      "notebooks.domain",
      /write 189 characters at the most/,
    ],
    [
      "with a client that Dex has anyway",
      with_({ client }),
      "notebooks.client.clientId",
      /made here: remove the setting/,
    ],
    [
      "without a client at a provider",
      with_({}, atProvider()),
      "notebooks.client",
      /register one with the redirect URI https:\/\/auth\.kubeflow-notebooks\.example\.com\/oauth2\/callback/,
    ],
    [
      "with the gate's own client",
      with_({ client: { ...client, clientId: "kubeflow" } }, atProvider()),
      "notebooks.client.clientId",
      /the gate's own client/,
    ],
    [
      "with HTTP-01",
      with_({}, modes.http01()),
      "certificates.edge.challenge.type",
      /wildcard of kubeflow-notebooks\.example\.com/,
    ],
  ];
  for (const [what, settings, key, mend] of wrong) {
    it(`may not be ${what}`, () => {
      const [first, ...rest] = found(settings);
      assert.deepEqual(rest, []);
      assert.equal(first?.key, key);
      assert.match(first.mend, mend);
    });
  }

  it("need names where the gate is an address", () => {
    const [first] = found(with_({}, modes.kindByAddress()));
    assert.equal(first?.key, "notebooks.mode");
    assert.match(first.mend, /needs? names/);
  });

  it("are in no Azure zone that is the gate's alone", () => {
    const [first, ...rest] = found(with_({ mode: "separate-domain", domain: other }, modes.aks()));
    assert.deepEqual(rest, []);
    assert.equal(first?.key, "certificates.edge.challenge.provider.hostedZone");
    assert.match(first.mend, /notebooks\.example\.org is not in this zone/);
  });

  it("have a name in public DNS where Let's Encrypt is to sign it", () => {
    const [first, ...rest] = found(with_({ mode: "separate-domain", domain: "notebooks.internal" }, modes.gke()));
    assert.deepEqual(rest, []);
    assert.equal(first?.key, "notebooks.domain");
  });

  it("take the name of no job's client", () => {
    const settings = changed(production(), "machines.connectors", [{ id: "ci", issuer: "https://ci.example.com" }]);
    const clients = [{ id: "oauth2-proxy-notebooks", connectors: ["ci"], users: ["a"] }];
    assert.equal(found(changed(settings, "machines.clients", clients))[0]?.key, "machines.clients[0].id");
  });

  it("are covered by a given certificate", async () => {
    const ca = await authority();
    const chainFor = async (names: string[]) => {
      const { cert: certificate, key } = await issue(ca, names);
      return changed(with_({}), "certificates.edge", { type: "given", certificate, privateKey: key });
    };
    const secret = { secretKeys: ["certificates"] };
    assert.deepEqual(found(await chainFor(["kubeflow.example.com", `*.${domain}`]), secret), []);
    const [first, ...rest] = found(await chainFor(["kubeflow.example.com", domain]), secret);
    assert.deepEqual(rest, []);
    assert.equal(first?.key, "certificates.edge.certificate");
  });
});

describe("the host of a notebook", () => {
  const hosts: [namespace: string, name: string, kind: "notebook" | "tensorboard" | "viewer", host: string | RegExp][] =
    [
      ["team-a", "lab", "notebook", `team-a--lab.${domain}`],
      ["team-a", "runs", "tensorboard", `team-a--runs--tensorboard.${domain}`],
      ["team-a", "disk", "viewer", `team-a--disk--viewer.${domain}`],
      ["team--a", "lab", "notebook", /two dashes/],
      ["team-a", "l--ab", "notebook", /two dashes/],
      ["xn", "lab", "notebook", /other scripts/],
      ["a".repeat(30), "b".repeat(31), "notebook", `${"a".repeat(30)}--${"b".repeat(31)}.${domain}`],
      ["a".repeat(30), "b".repeat(32), "notebook", /64 characters/],
    ];
  for (const [namespace, name, kind, expected] of hosts) {
    it(`is ${String(expected).slice(0, 60)} for the ${kind} ${namespace}/${name}`, () => {
      const outcome = notebookHost(domain, { kind, namespace, name });
      if (typeof expected === "string") {
        assert.deepEqual(outcome, { host: expected });
      } else {
        assert("fault" in outcome);
        assert.match(outcome.fault, expected);
      }
    });
  }

  // IDNA reserves two hyphens at the third and the fourth place (RFC 5890, section 2.3.1), and knows xn-- alone among them.
  it("is one that browsers read as it stands for every namespace of two characters but xn", () => {
    const characters = [..."abcdefghijklmnopqrstuvwxyz0123456789"];
    const namespaces = characters.flatMap((first) => characters.map((second) => first + second));
    const read = namespaces.filter((namespace) => {
      const outcome = notebookHost(domain, { kind: "notebook", namespace, name: "lab" });
      const url = `https://${namespace}--lab.${domain}/`;
      const isRead = URL.canParse(url) && new URL(url).href === url;
      assert.equal("host" in outcome, isRead, namespace);
      return isRead;
    });
    assert.equal(read.length, namespaces.length - 1);
  });
});
