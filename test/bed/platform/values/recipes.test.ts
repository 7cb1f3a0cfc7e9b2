import assert from "node:assert/strict";
import { compareSync, getRounds } from "bcryptjs";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { modes } from "../../../../bed/e2e/modes";
import { Recipes } from "../../../../bed/platform/values/recipes";
import { ValueStore } from "../../../../bed/platform/values/store";
import { type GeneratedValue } from "../../../../cli/manifests/generated";
import { everything } from "../../../../stacks/everything";
import { type Settings } from "../../../../stacks/schema";
import { changed, production, settingsOf } from "../../../stacks/fixture";
import { companyCa, givenCa } from "../../../stacks/identities";
import { temporaryFolder } from "../../../cli/gatehouse";
import { gateCertificate, settingsOf as settingsOfMode } from "../../e2e/modeSettings";

const urn = (type: string, name: string) =>
  `urn:pulumi:dev::kubeflow-gatehouse::gatehouse:index:Platform$${type}::${name}`;
const password = (name: string) => urn("random:index/randomPassword:RandomPassword", name);
const bytes = (name: string) => urn("random:index/randomBytes:RandomBytes", name);
const authority = (number: number) => [
  urn("tls:index/privateKey:PrivateKey", `ca-${number}`),
  urn("tls:index/selfSignedCert:SelfSignedCert", `ca-${number}`),
];
const value = (namespace: string, name: string, key: string, from: string[]): GeneratedValue => ({
  apiVersion: "v1",
  kind: "Secret",
  namespace,
  name,
  path: `stringData${/^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`}`,
  why: "unknown",
  from,
});

describe("the values that the bed makes in Pulumi's place", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  const settings = everything();
  let count = 0;
  const recipes = (file = folder.path(`${(count += 1)}.json`), own: Settings = settings) =>
    new Recipes(own, new ValueStore(file));
  const client = [password("client-secret-1"), password("dex-user@example.com-1")];
  const proxy = [bytes("oauth2-proxy-cookie-1"), password("client-secret-1")];

  it("are a client secret that both sides have, and a cookie secret of 32 bytes", async () => {
    const made = recipes();
    const secret = await made.make(value("auth", "oauth2-proxy", "client-secret", proxy));
    assert.match(secret, /^[A-Za-z0-9]{48}$/);
    assert.equal(await made.make(value("auth", "dex", "OAUTH2_PROXY_CLIENT_SECRET", client)), secret);
    const cookie = await made.make(value("auth", "oauth2-proxy", "cookie-secret", proxy));
    assert.match(cookie, /^[A-Za-z0-9_-]{43}=$/);
    assert.equal(Buffer.from(cookie, "base64url").length, 32);
  });

  it("are passwords with hashes that Dex takes", async () => {
    const made = recipes();
    const hash = await made.make(value("auth", "dex", "STATIC_PASSWORD_HASH_0", client));
    const clear = made.passwords["user@example.com"] ?? "";
    assert.match(clear, /^[A-Za-z0-9]{24}$/);
    assert.ok(compareSync(clear, hash));
    assert.equal(getRounds(hash), 10);
    await assert.rejects(made.make(value("auth", "dex", "STATIC_PASSWORD_HASH_7", client)), /no static user number 7/);
  });

  it("are secrets of jobs' clients, one for each", async () => {
    const clients = ["ci", "nightly"].map((id) => ({ id, connectors: ["jobs"], users: [`${id}:*`] }));
    const made = recipes(
      undefined,
      settingsOf(
        changed(production(), "machines", { connectors: [{ id: "jobs", issuer: "https://ci.example.com" }], clients }),
      ),
    );
    const from = ["ci", "nightly"].map((id) => password(`dex-machine-${id}-1`));
    const first = await made.make(value("auth", "dex", "MACHINE_CLIENT_SECRET_0", from));
    const second = await made.make(value("auth", "dex", "MACHINE_CLIENT_SECRET_1", from));
    assert.match(first, /^[A-Za-z0-9]{40}$/);
    assert.notEqual(first, second);
    assert.equal(await made.make(value("auth", "dex", "MACHINE_CLIENT_SECRET_0", from)), first);
    await assert.rejects(made.make(value("auth", "dex", "MACHINE_CLIENT_SECRET_2", from)), /should be made from one/);
  });

  it("put other CAs that vouch for keys behind the private one", async () => {
    const made = recipes(
      undefined,
      settingsOf(
        changed(production(), "machines.issuers", [
          { name: "ci", issuer: "https://ci.example.com", audiences: ["a"], users: ["ci:*"], ca: givenCa },
        ]),
      ),
    );
    const own = await made.make(value("auth", "gatehouse-ca", "ca.crt", authority(1).slice(1)));
    const all = await made.make(value("istio-system", "gatehouse-ca", "extra.pem", authority(1).slice(1)));
    assert.equal(all, `${own}${companyCa}`);
  });

  it("are the versions that were found of what somebody else runs", async () => {
    const made = new Recipes(settings, new ValueStore(folder.path("versions.json")), {
      versions: { istiod: "1.31.1", certManager: "v1.21.2" },
    });
    const checked = (namespace: string, name: string, path: string): GeneratedValue => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace,
      name,
      path,
      why: "unknown",
      from: [],
    });
    assert.equal(await made.make(checked("istio-system", "gatehouse-checked-istio", "data.istiod")), "1.31.1");
    assert.equal(
      await made.make(checked("cert-manager", "gatehouse-checked-cert-manager", "data.certManager")),
      "v1.21.2",
    );
  });

  it("are the CA for an istiod of somebody else's, under the name that its Deployment waits for", async () => {
    const made = recipes();
    const own = await made.make(value("auth", "gatehouse-ca", "ca.crt", authority(1).slice(1)));
    const theirs = value("istio-system", "gatehouse-istiod-ca-eff69bfe42", "extra.pem", authority(1).slice(1));
    assert.equal(await made.make(theirs), own);
    await assert.rejects(made.make({ ...theirs, name: "gatehouse-istiod-ca-" }), /does not know how to make/);
  });

  it("are a certificate that the settings bring along, with the key that stands in no settings", async () => {
    const file = folder.path("given.key");
    writeFileSync(file, "the key");
    const mode = modes.find(({ name }) => name === "own-mesh") ?? assert.fail("no such mode");
    const given = settingsOfMode(mode);
    const pair = (key: string) => value("ingress", "gatehouse-edge-given", key, []);
    const made = new Recipes(given, new ValueStore(folder.path("given.json")), {
      secrets: { "certificates.edge.privateKey": file },
    });
    assert.equal(await made.make(pair("tls.crt")), gateCertificate);
    assert.equal(await made.make(pair("tls.key")), "the key");
    await assert.rejects(recipes(undefined, given).make(pair("tls.key")), /that the bed has the key of/);
  });

  it("are a CA as components/certificateAuthority.ts asks for, the same wherever it goes", async () => {
    const made = recipes();
    const pem = await made.make(value("cert-manager", "gatehouse-ca-2", "tls.crt", authority(2)));
    const key = await made.make(value("cert-manager", "gatehouse-ca-2", "tls.key", authority(2)));
    for (const [namespace, name] of [
      ["auth", "ca.crt"],
      ["istio-system", "extra.pem"],
    ] as const) {
      assert.equal(await made.make(value(namespace, "gatehouse-ca", name, authority(2).slice(1))), pem);
    }
    const certificate = new X509Certificate(pem);
    assert.ok(certificate.ca && certificate.verify(certificate.publicKey));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(key)));
    assert.match(key, /^-----BEGIN EC PRIVATE KEY-----\n/);
    assert.equal(certificate.subject, "O=Kubeflow Gatehouse\nCN=Kubeflow Gatehouse private CA 2");
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, "secp384r1");
    const hours = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 3_600_000;
    assert.equal(hours, 87_600);
  });

  it("stay while their maker is the same resource with the same inputs", async () => {
    const file = folder.path("kept.json");
    const cookie = (number: number, own?: Settings) =>
      recipes(file, own).make(value("auth", "oauth2-proxy", "cookie-secret", [bytes(`oauth2-proxy-cookie-${number}`)]));
    const first = await cookie(1);
    assert.equal(await cookie(1), first);
    assert.notEqual(await cookie(2), first);
    const ca = (own?: Settings) => recipes(file, own).make(value("auth", "gatehouse-ca", "ca.crt", authority(1)));
    const one = await ca();
    assert.equal(await ca(), one);
    const other = { ...settings, certificates: { ...settings.certificates, organization: "Other" } };
    assert.notEqual(await ca(other), one);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("are forgotten when nothing makes them any more", async () => {
    const file = folder.path("pruned.json");
    const store = new ValueStore(file);
    await store.of("a", {}, () => ({ x: "1" }));
    const next = new ValueStore(file);
    await next.of("b", {}, () => ({ x: "2" }));
    next.prune();
    assert.doesNotMatch(readFileSync(file, "utf8"), /"a"/);
    assert.match(readFileSync(file, "utf8"), /"b"/);
  });

  it("are a failure for a place that nobody thought of, and for a maker that cannot be told", async () => {
    const made = recipes();
    await assert.rejects(made.make(value("auth", "dex", "CONNECTOR_CLIENT_SECRET_0", client)), /does not know how/);
    await assert.rejects(made.make(value("auth", "oauth2-proxy", "client-secret", [])), /0 are among its makers/);
    const two = [password("client-secret-1"), password("client-secret-2")];
    await assert.rejects(made.make(value("auth", "oauth2-proxy", "client-secret", two)), /2 are among its makers/);
  });
});
