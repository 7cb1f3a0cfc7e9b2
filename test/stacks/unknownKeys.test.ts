import { strict as assert } from "node:assert";
import { closest } from "../../stacks/spelling";
import { changed, everything, existing, problemsOf, production, project, type Tree } from "./fixture";
import { unionsOf } from "./unions";

const none = "there is no such setting: remove it";
const meant = (key: string) => `there is no such setting: did you mean ${key}?`;

/** A key that does not exist at a place of each kind, as Pulumi spells its path, and what is said of it. */
const misspelt: Readonly<Record<string, string>> = {
  domian: meant("domain"),
  Replicas: meant("replicas"),
  telemetry: none,
  "cluster.apiserver": meant("apiServer"),
  "cluster.apiServer.cidr": meant("cidrs"),
  "cluster.apiServer.addresses": none,
  "certificates.organisation": meant("organization"),
  "certificates.edges": meant("edge"),
  "certificates.edge.type_": meant("type"),
  "ingress.trustedRange": meant("trustedRanges"),
  "ingress.clientAddress.hops": none,
  "ingress.service.loadBalancer.annotation": meant("annotations"),
  "ingress.replica": meant("replicas"),
  "ingress.replicas.mx": meant("max"),
  "ingress.replicas.maximum": none,
  "ingress.service.nodePort": meant("nodePorts"),
  "ingress.service.nodePorts.htps": meant("https"),
  "ingress.hsts.maxage": meant("maxAge"),
  "istio.strictMTLS": meant("strictMtls"),
  "istio.revison": `${meant("revision")} It belongs to type: existing; type is installed`,
  "certManager.namespaces": `${meant("namespace")} It belongs to type: existing; type is installed`,
  "identity.emailDomain": meant("emailDomains"),
  "identity.staticUsers[0].group": meant("groups"),
  "identity.connectors[0].clientID": meant("clientId"),
  "identity.connectors[0].insecureSkipVerify": none,
  "identity.connectors[0].clientSecret.name": none,
  "identity.connectors[0].clientSecret.secretname": meant("secretName"),
  "sessions.cookieDomains": meant("cookieDomain"),
  "sessions.idtoken": meant("idToken"),
  "machines.issuer": meant("issuers"),
  "machines.client": meant("clients"),
  "machines.cluster.audience": meant("audiences"),
  "machines.connectors[0].clientId": none,
  "machines.clients[0].redirectUris": none,
  "machines.issuers[0].audience": meant("audiences"),
  "machines.issuers[0].jwksUrl": meant("jwksUri"),
  "rotation.cookiesecret": meant("cookieSecret"),
  "monitoring.namespaces": meant("namespace"),
  "network.metadataException": meant("metadataExceptions"),
  "network.metadataExceptions[0].reasons": meant("reason"),
  "echo.enable": meant("enabled"),
  "mirror.chart": meant("charts"),
};

describe("an unknown key", () => {
  for (const [path, mend] of Object.entries(misspelt)) {
    it(`is found at ${path}`, () => {
      // Where the schema has secrets, it may be one of them, or all that holds one, under a misspelt key.
      const aboveSecrets = /^(identity\.(?!staticUsers)|certificates\.|sessions\.|[^.]*$)/.test(path);
      const value = aboveSecrets ? "[secret]" : '"anything"';
      assert.deepEqual(problemsOf(changed(everything(), path, "anything")), [
        { key: `${project}:${path}`, value, mend },
      ]);
    });
  }

  it("with dots in it was meant as a path", () => {
    assert.deepEqual(
      problemsOf({ ...production(), "sessions.lifetime": "8h", "identity.emailDomains[0]": "a.example" }),
      [
        {
          key: `${project}:["sessions.lifetime"]`,
          value: "[secret]",
          mend: "there is no such setting: a path into sessions needs pulumi config set --path",
        },
        {
          key: `${project}:["identity.emailDomains[0]"]`,
          value: "[secret]",
          mend: "there is no such setting: a path into identity needs pulumi config set --path",
        },
      ],
    );
  });

  it("is shown as Pulumi's paths show it, without what a terminal would act on", () => {
    const [problem] = problemsOf({ ...production(), monitoring: { 'a"b\n\u202e\u009b': 1 } });
    assert.equal(problem?.key, `${project}:monitoring["a\\"b\\n\\u202e\\u009b"]`);
  });

  // Built by JSON.parse and fromEntries, which make an own property of it; a literal would set the prototype.
  const hostile: [string, string][] = [
    ["__proto__", '{"echo":{"enabled":true}}'],
    ["constructor", '{"prototype":{"polluted":true}}'],
    ["toString", "1"],
    ["hasOwnProperty", "1"],
  ];
  for (const [key, json] of hostile) {
    it(`is refused at the top when it is ${key}`, () => {
      const settings = Object.fromEntries([...Object.entries(production()), [key, JSON.parse(json) as unknown]]);
      assert.deepEqual(problemsOf(settings), [{ key: `${project}:${key}`, value: json, mend: none }]);
    });

    for (const place of ["ingress", "cluster", "identity"]) {
      it(`is refused inside ${place} when it is ${key}`, () => {
        const inner = JSON.stringify(production()[place] ?? {})
          .replace(/^\{/, `{"${key}":${json},`)
          .replace(",}", "}");
        const problems = problemsOf({ ...production(), [place]: inner });
        assert.deepEqual(problems, [{ key: `${project}:${place}.${key}`, value: json, mend: none }]);
      });
    }

    it(`changes no object's prototype when it is ${key}`, () => {
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
      assert.equal(({} as { environment?: unknown }).environment, undefined);
    });
  }

  it("does not smuggle settings in through a prototype", () => {
    const problems = problemsOf({ ...production(), ingress: '{"__proto__":{"applicationNamespaces":["tenant"]}}' });
    assert.deepEqual(
      problems.map(({ key }) => key),
      [`${project}:ingress.__proto__`],
    );
  });
});

describe("a key of another mode", () => {
  const listed = (words: readonly string[]) => words.join(", ").replace(/, ([^,]*)$/, " or $1");

  for (const { way, path, by, place, branches } of unionsOf()) {
    for (const { type, keys } of branches) {
      const others = [...new Set(branches.flatMap((branch) => branch.keys))].filter((key) => !keys.includes(key));
      for (const key of others) {
        it(`is told from one that does not exist at ${way} ${key} with the ${by} ${type}`, () => {
          const owners = branches.filter((branch) => branch.keys.includes(key)).map((branch) => branch.type);
          const settings = place(production(), { [by]: type, [key]: "anything" });
          const problems = problemsOf(settings).filter((problem) => problem.key === `${project}:${path}.${key}`);
          // A plain text where another mode has a secret is complained of as that, too.
          assert.equal(
            problems.at(-1)?.mend,
            `this setting belongs to ${by}: ${listed(owners)}; ${by} is ${type}: remove it, or change the ${by}`,
          );
        });
      }
    }
  }

  it("is looked for in every union that the schema has", () => {
    assert.deepEqual(
      unionsOf()
        .filter(({ path }) => !/\.(ca|network)$/.test(path))
        .map(({ way }) => way),
      [
        "certificates edge",
        "certificates edge (acme) challenge",
        "certificates edge (acme) challenge (dns01) provider",
        "certificates edge (acme) challenge (dns01) provider (route53) auth",
        "certificates edge (acme) challenge (dns01) provider (cloudDns) auth",
        "certificates edge (acme) challenge (dns01) provider (azureDns) auth",
        "certManager",
        "istio",
        "identity provider",
        "identity provider (dex) storage",
        "identity connectors [0]",
        "sessions storage",
        "machines cluster",
        "notebooks",
      ],
    );
  });

  it("is found where no type is written and the default holds", () => {
    for (const [base, path, mend] of [
      [production(), "certManager.namespace", "existing; type is installed"],
      [production(), "istio.namespace", "existing; type is installed"],
      [existing(), "istio.strictMtls", "installed; type is existing"],
    ] as [Tree, string, string][]) {
      assert.deepEqual(problemsOf(changed(base, path, "anything")), [
        {
          key: `${project}:${path}`,
          value: '"anything"',
          mend: `this setting belongs to type: ${mend}: remove it, or change the type`,
        },
      ]);
    }
  });

  it("is named by its own mode when it is misspelt", () => {
    const [problem] = problemsOf(changed(everything(), "certificates.edge.emial", "a@example.com"));
    assert.equal(problem?.mend, `${meant("email")} It belongs to type: acme; type is privateCa`);
  });

  it("is a path into a setting of another mode when it has dots in it", () => {
    const [problem] = problemsOf({
      ...production(),
      certificates: { edge: { type: "privateCa", "challenge.type": "dns01" } },
    });
    assert.equal(problem?.mend, "there is no such setting: a path into challenge needs pulumi config set --path");
  });
});

describe("a suggestion", () => {
  it("is the nearest of the candidates, whatever the case", () => {
    assert.equal(closest("emaildomain", ["emailDomains", "allowedGroups"]), "emailDomains");
    assert.equal(closest("issuer", ["issuers", "issuer"]), "issuer");
  });

  it("is not made for something else altogether, nor for a short word that is half wrong", () => {
    assert.equal(closest("telemetry", ["domain", "cluster"]), undefined);
    assert.equal(closest("abc", ["xyz"]), undefined);
    assert.equal(closest("id", ["key", "kid"]), "kid");
    assert.equal(closest("", ["id", "key"]), undefined);
  });
});
