import { strict as assert } from "node:assert";
import { changed, problemsOf, production, project, type Tree } from "./fixture";
import { connectors, productionWithProvider } from "./identities";

const of = (settings: Tree) =>
  problemsOf(settings).map(({ key, value, mend }) => [key.slice(project.length + 1), value, mend]);
const withGroups = (settings: Tree) => changed(settings, "identity.allowedGroups", ["ml-engineers"]);

const google =
  "everybody can have an account at Google, also with an address of your domain: write a connector of type google, which asks for hostedDomains";
const microsoft = "this is everybody's tenant: write your own tenant's ID, best in a connector of type microsoft";
const mail = "anybody can have an address there: name domains of your own, or groups in identity.allowedGroups besides";

describe("a provider where anybody can have an account", () => {
  const issuers: [issuer: string, mend: string][] = [
    ["https://accounts.google.com", google],
    ["https://login.microsoftonline.com/common/v2.0", microsoft],
    ["https://login.microsoftonline.com/organizations/v2.0", microsoft],
    ["https://login.microsoftonline.com/consumers/v2.0", microsoft],
    ["https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", microsoft],
    ["https://sts.windows.net/common/", microsoft],
  ];
  for (const [issuer, mend] of issuers) {
    it(`is refused behind Dex: ${issuer}`, () => {
      const path = "identity.connectors[0].issuer";
      assert.deepEqual(of(changed(production(), path, issuer)), [[path, JSON.stringify(issuer), mend]]);
    });

    it(`is refused in place of Dex: ${issuer}`, () => {
      const path = "identity.provider.issuer";
      assert.deepEqual(of(changed(productionWithProvider(), path, issuer)), [[path, JSON.stringify(issuer), mend]]);
    });
  }

  it("is not one's own tenant", () => {
    const issuer = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
    assert.deepEqual(of(changed(production(), "identity.connectors[0].issuer", issuer)), []);
  });
});

describe("a domain where anybody can have an address", () => {
  const path = "identity.emailDomains";
  for (const base of [production, productionWithProvider]) {
    for (const domain of ["gmail.com", "outlook.com", "gmx.de"]) {
      it(`is refused ${base === production ? "behind" : "in place of"} Dex: ${domain}`, () => {
        const settings = changed(base(), path, ["example.com", domain]);
        assert.deepEqual(of(settings), [[`${path}[1]`, JSON.stringify(domain), mail]]);
      });
    }
  }

  it("is allowed where groups say who may sign in, besides", () => {
    assert.deepEqual(of(withGroups(changed(production(), path, ["gmail.com"]))), []);
  });

  it("is allowed where the provider is a directory", () => {
    const settings = changed(production(), "identity.connectors", [connectors.ldap]);
    assert.deepEqual(of(changed(settings, path, ["gmail.com"])), []);
  });
});

describe("the address that a provider is told of a sign-out at", () => {
  it("holds no secret, and the message neither", () => {
    const path = "identity.provider.backendLogoutUrl";
    const url = "https://login.example.com/logout?client_id=a&client_secret=hunter2&id_token_hint={id_token}";
    assert.deepEqual(of(changed(productionWithProvider(), path, url)), [
      [
        path,
        '"https://login.example.com/logout?client_id=a&client_secret=[secret]&id_token_hint={id_token}"',
        "whoever may read ConfigMaps would read this secret: remove the parameter client_secret",
      ],
    ]);
  });
});

it("a connector of people isn't called local, as Dex's own passwords are", () => {
  assert.deepEqual(of(changed(production(), "identity.connectors[0].id", "local")), [
    [
      "identity.connectors[0].id",
      '"local"',
      "local is what Dex calls its own passwords: give the connector another id",
    ],
  ]);
});

describe("sessions", () => {
  it("are not renewed with every request", () => {
    assert.deepEqual(of(changed(production(), "sessions.refresh", "59s")), [
      ["sessions.refresh", '"59s"', "this would ask the provider anew with almost every request: write at least 1m"],
    ]);
    assert.deepEqual(of(changed(production(), "sessions.refresh", "1m")), []);
  });

  it("have no tokens that are good for more than a day", () => {
    const settings = changed(production(), "sessions.lifetime", "168h");
    assert.deepEqual(of(changed(settings, "sessions.idToken", "24h1s")), [
      [
        "sessions.idToken",
        '"24h1s"',
        "for so long a stolen one is good, and nothing can take it back: write 24h at the most",
      ],
    ]);
    assert.deepEqual(of(changed(settings, "sessions.idToken", "24h")), []);
  });
});
