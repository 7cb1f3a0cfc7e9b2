import assert from "node:assert/strict";
import { SignedXml } from "xml-crypto";
import { samlForgeries } from "../../../acceptance/checks/login/samlForgeries";
import { readForm } from "../../../acceptance/signIn/form";
import { answerTo, type Provider } from "../../../bed/beside/servers/saml/pages";
import { signedResponse, type Signing } from "../../../bed/beside/servers/saml/response";
import { makePair } from "../../../bed/beside/signingPair";

const recipient = "https://kubeflow.example.com/dex/callback";
const sso = new URL("https://idp.example.com/sso");

function verifies(xml: string, certificatePem: string): boolean {
  const signature = /<Signature [^]*?<\/Signature>/.exec(xml)?.[0];
  if (signature === undefined) {
    return false;
  }
  const signed = new SignedXml({ publicCert: certificatePem });
  signed.loadSignature(signature);
  try {
    return signed.checkSignature(xml);
  } catch {
    return false;
  }
}

describe("the company's provider that speaks SAML", () => {
  let signing: Signing;
  let provider: Provider;
  before(async () => {
    signing = await makePair();
    provider = {
      issuer: "https://idp.example.com/metadata",
      audience: "urn:example:gate",
      recipient,
      signing,
      accounts: {
        ada: {
          password: "ada's",
          attributes: { displayName: ["Ada & <Co>"], mail: ["ada@example.com"], memberOf: ["a", "b"] },
        },
      },
    };
  });

  const asked = (fields: Record<string, string> = {}, acs = recipient) => {
    const request = `<samlp:AuthnRequest xmlns:samlp="x" ID="_1" AssertionConsumerServiceURL="${acs}"/>`;
    return new URLSearchParams({
      SAMLRequest: Buffer.from(request).toString("base64"),
      RelayState: 'state"<',
      ...fields,
    });
  };

  it("asks for a name and a password, and hands the request on", () => {
    const { status, html } = answerTo(provider, asked());
    const form = readForm(html, sso);
    assert.equal(status, 200);
    assert.deepEqual(form?.names, ["SAMLRequest", "RelayState", "login", "password"]);
    assert.equal(form.fields["RelayState"], 'state"<');
    assert.equal(form.action.href, sso.href);
  });

  it("refuses what is no request, and a wrong name or password", () => {
    assert.equal(answerTo(provider, new URLSearchParams({ login: "ada", password: "ada's" })).status, 400);
    for (const [login, password] of [
      ["ada", "wrong"],
      ["ada", ""],
      ["constructor", ""],
    ] as const) {
      const { status, html } = answerTo(provider, asked({ login, password }));
      assert.equal(status, 401);
      assert.ok(!html.includes("SAMLResponse"));
    }
  });

  it("answers the gate alone, whatever address a request asks for, with what it has signed", () => {
    const { status, html } = answerTo(provider, asked({ login: "ada", password: "ada's" }, "https://example.org/"));
    const form = readForm(html, sso);
    assert.equal(status, 200);
    assert.equal(form?.action.href, recipient);
    const xml = Buffer.from(form.fields["SAMLResponse"] ?? "", "base64").toString();
    assert.ok(verifies(xml, signing.certificatePem));
    for (const text of [
      'InResponseTo="_1" Recipient="https://kubeflow.example.com/dex/callback"',
      "<saml:Audience>urn:example:gate</saml:Audience>",
      "<saml:AttributeValue>Ada &amp; &lt;Co></saml:AttributeValue>",
      "<saml:AttributeValue>a</saml:AttributeValue><saml:AttributeValue>b</saml:AttributeValue>",
    ]) {
      assert.ok(xml.replaceAll("&gt;", ">").includes(text), text);
    }
  });

  describe("what somebody could make of its response", () => {
    const said = {
      issuer: "https://idp.example.com/metadata",
      audience: "urn:example:gate",
      recipient,
      inResponseTo: "_1",
      nameId: "ada",
      attributes: { mail: ["ada@example.com"] },
    };

    it("is signed by nobody where it does not wrap what was signed", () => {
      const response = signedResponse(said, signing);
      const broken = samlForgeries(response, "ada@example.com").filter(({ wraps }) => wraps !== true);
      assert.equal(broken.length, 5);
      assert.ok(verifies(response, signing.certificatePem));
      for (const { what, xml } of broken) {
        assert.ok(!verifies(xml, signing.certificatePem), what);
      }
    });

    it("names another person where it wraps what was signed", () => {
      const all = samlForgeries(signedResponse(said, signing), "ada@example.com").filter(({ wraps }) => wraps);
      const wrapped = all.filter(({ what }) => !what.includes("comment"));
      assert.deepEqual([all.length, wrapped.length], [6, 5]);
      for (const { what, xml } of wrapped) {
        assert.equal(xml.match(/>xada@example\.com</g)?.length, 1, what);
        assert.equal(xml.match(/>ada@example\.com</g)?.length, 1, what);
      }
    });

    it("is signed by the provider where it only has a comment more", () => {
      const [commented] = samlForgeries(signedResponse(said, signing), "ada@example.com").filter(({ what }) =>
        what.includes("comment"),
      );
      assert.match(commented?.xml ?? "", />ada<!-- -->@example\.com</);
      assert.ok(verifies(commented?.xml ?? "", signing.certificatePem));
    });

    it("is nothing at all where the response has no address or no signature", () => {
      const response = signedResponse(said, signing);
      assert.throws(() => samlForgeries(response, "eve@example.com"), /no assertion with the person's address/);
      assert.throws(() => samlForgeries("<samlp:Response/>", "ada@example.com"), /or no signature/);
    });
  });
});
