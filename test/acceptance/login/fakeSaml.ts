import { randomBytes } from "node:crypto";
import { SignedXml } from "xml-crypto";
import { type Person } from "../../../acceptance/check";
import { answerTo, type Provider } from "../../../bed/beside/servers/saml/pages";
import { type Signing } from "../../../bed/beside/servers/saml/response";
import { makePair } from "../../../bed/beside/signingPair";
import { type FakeAnswer, type FakeRequest } from "../fakeGate";
import { type Wrong } from "./wrong";

const pair = makePair();

/** Dex's connector for SAML, and the provider that it asks, at the gate's own host below `/idp`. */
export class FakeSaml {
  /** IDs of requests, by RelayState. */
  readonly #requests = new Map<string, string>();

  constructor(
    private readonly people: readonly Person[],
    private readonly wrong: Wrong | undefined,
  ) {}

  /** Dex's page that goes on to the provider by itself. */
  page(host: string, relayState: string): string {
    const id = `_${randomBytes(8).toString("hex")}`;
    this.#requests.set(relayState, id);
    const request = Buffer.from(`<samlp:AuthnRequest Version="2.0" ID="${id}"/>`).toString("base64");
    const fields = `<input type="hidden" name="SAMLRequest" value="${request}" /><input type="hidden" name="RelayState" value="${relayState}" />`;
    return `<form method="post" action="https://${host}/idp/sso">${fields}</form><script>document.forms[0].submit();</script>`;
  }

  /** The provider itself. */
  async provider({ host, body }: FakeRequest): Promise<FakeAnswer> {
    const provider: Provider = {
      issuer: "https://idp.example.com",
      audience: "urn:example:gate",
      recipient: `https://${host}/dex/callback`,
      signing: await pair,
      accounts: Object.fromEntries(
        this.people.map(({ email, login = email, password }) => [login, { password, attributes: { mail: [email] } }]),
      ),
    };
    const { status, html } = answerTo(provider, new URLSearchParams(body));
    return { status, headers: { "content-type": "text/html" }, body: html.replaceAll('"/sso"', '"/idp/sso"') };
  }

  /** Of whom a response speaks, and for which sign-in; nobody where Dex refuses it. */
  async taken(posted: URLSearchParams): Promise<{ email: string; relayState: string } | undefined> {
    const relayState = posted.get("RelayState") ?? "";
    const xml = Buffer.from(posted.get("SAMLResponse") ?? "", "base64").toString();
    const id = this.#requests.get(relayState);
    const read = this.wrong === "assertions need no signature" ? xml : signedPart(xml, await pair);
    if (id === undefined || read === undefined) {
      return undefined;
    }
    const answers = /InResponseTo="([^"]*)"/.exec(read)?.[1];
    if (answers !== id && this.wrong !== "a response answers any request") {
      return undefined;
    }
    if (this.wrong !== "a response counts twice") {
      this.#requests.delete(relayState);
    }
    const place = this.wrong === "the first assertion counts" ? xml : read;
    const email = /Name="mail"><saml:AttributeValue>([^<]*)</.exec(place)?.[1];
    return email === undefined ? undefined : { email, relayState };
  }
}

/** What the one signature of a text stands for, and nothing else of it. */
function signedPart(xml: string, { certificatePem }: Signing): string | undefined {
  const signature = /<Signature [^]*?<\/Signature>/.exec(xml)?.[0];
  if (signature === undefined) {
    return undefined;
  }
  try {
    const signed = new SignedXml({ publicCert: certificatePem });
    signed.loadSignature(signature);
    return signed.checkSignature(xml) ? signed.getSignedReferences()[0] : undefined;
  } catch {
    return undefined;
  }
}
