import { strict as assert } from "node:assert";
import { closest } from "../../stacks/spelling";
import { changed, everything, problemsOf, production, project } from "./fixture";

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
  "istio.revison": meant("revision"),
  "certManager.namespaces": meant("namespace"),
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
