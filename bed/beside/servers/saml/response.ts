import { randomUUID } from "node:crypto";
import { SignedXml } from "xml-crypto";

/** What a SAML 2.0 identity provider says of somebody who has signed in. */
export interface Said {
  /** The provider's entityID. */
  issuer: string;
  /** The name under which the provider knows who asks. */
  audience: string;
  /** Where the browser carries the response. */
  recipient: string;
  /** ID of the request that it answers. */
  inResponseTo: string;
  nameId: string;
  attributes: Readonly<Record<string, readonly string[]>>;
}

/** With what it is signed: a PEM key and its certificate. */
export interface Signing {
  keyPem: string;
  certificatePem: string;
}

const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
const enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
const rsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/** How long an assertion counts, in milliseconds. */
const validity = 300_000;

/** A Response whose Assertion is signed, as providers sign by default (SAML 2.0 Core, sections 3.3.3 and 5.4). */
export function signedResponse(said: Said, { keyPem, certificatePem }: Signing, now = new Date()): string {
  const signer = new SignedXml({
    privateKey: keyPem,
    publicCert: certificatePem,
    signatureAlgorithm: rsaSha256,
    canonicalizationAlgorithm: exclusive,
  });
  const assertion = "/*/*[local-name(.)='Assertion']";
  signer.addReference({ xpath: assertion, transforms: [enveloped, exclusive], digestAlgorithm: sha256 });
  // The schema has the signature after the issuer.
  signer.computeSignature(response(said, now), {
    location: { reference: `${assertion}/*[local-name(.)='Issuer']`, action: "after" },
  });
  return signer.getSignedXml();
}

function response({ issuer, audience, recipient, inResponseTo, nameId, attributes }: Said, now: Date): string {
  const issued = now.toISOString();
  const until = new Date(now.getTime() + validity).toISOString();
  const answered = `InResponseTo="${escaped(inResponseTo)}"`;
  const named = `<saml:Issuer>${escaped(issuer)}</saml:Issuer>`;
  const values = Object.entries(attributes).map(
    ([name, all]) =>
      `<saml:Attribute Name="${escaped(name)}">${all.map((value) => `<saml:AttributeValue>${escaped(value)}</saml:AttributeValue>`).join("")}</saml:Attribute>`,
  );
  return [
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_${randomUUID()}" Version="2.0" IssueInstant="${issued}" Destination="${escaped(recipient)}" ${answered}>`,
    named,
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`,
    `<saml:Assertion ID="_${randomUUID()}" Version="2.0" IssueInstant="${issued}">`,
    named,
    `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${escaped(nameId)}</saml:NameID>`,
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">`,
    `<saml:SubjectConfirmationData ${answered} Recipient="${escaped(recipient)}" NotOnOrAfter="${until}"/>`,
    `</saml:SubjectConfirmation></saml:Subject>`,
    `<saml:Conditions NotBefore="${issued}" NotOnOrAfter="${until}">`,
    `<saml:AudienceRestriction><saml:Audience>${escaped(audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    `<saml:AttributeStatement>${values.join("")}</saml:AttributeStatement>`,
    `</saml:Assertion></samlp:Response>`,
  ].join("");
}

/** Text in an element or in an attribute between double quotes. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
