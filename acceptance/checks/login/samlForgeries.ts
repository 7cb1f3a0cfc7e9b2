export interface Forgery {
  what: string;
  xml: string;
  /** Whether the signed assertion stands in it as it was, so that it may be taken for what it says, and nothing else may. */
  wraps?: boolean;
}

/** An element with its content; a Response holds neither of these twice (SAML 2.0 Core, section 3.3.3). */
const elementOf = (name: string) => new RegExp(`<((?:[\\w-]+:)?)${name}[\\s>][^]*?</\\1${name}\\s*>`);
const signatures = new RegExp(elementOf("Signature").source, "g");

/**
 * What somebody could make of a Response that their own provider gave them, to be somebody else. Throws where there is nothing to
 * forge, so that no try is one in name only.
 */
export function samlForgeries(response: string, email: string): Forgery[] {
  const assertion = elementOf("Assertion").exec(response)?.[0];
  const signature = elementOf("Signature").exec(response)?.[0];
  if (assertion === undefined || signature === undefined || !response.includes(email)) {
    throw new Error("the provider's response has no assertion with the person's address, or no signature");
  }
  const changed = (text: string) => text.replaceAll(email, `x${email}`);
  const unsigned = (text: string) => text.replace(signatures, "");
  const renamed = (text: string) => text.replace(/(\sID=")/, "$1_x");
  const forged = renamed(changed(unsigned(assertion)));
  const into = (replacement: string) => response.replace(assertion, () => replacement);
  // Behind the opening tag, whatever attributes it has.
  const inside = (outer: string, inner: string) => outer.replace(/^<[^>]*>/, (tag) => `${tag}${inner}`);
  return [
    { what: "a response without its signature", xml: unsigned(response) },
    { what: "a response without its signature and with another address", xml: changed(unsigned(response)) },
    { what: "a signed response with another address", xml: changed(response) },
    { what: "a response whose signature has another value", xml: withOtherValue(response, "SignatureValue") },
    { what: "a response whose digest has another value", xml: withOtherValue(response, "DigestValue") },
    // Signature wrapping: what is verified and what is read are two elements.
    { what: "a forged assertion before the signed one", xml: into(`${forged}${assertion}`), wraps: true },
    { what: "a forged assertion behind the signed one", xml: into(`${assertion}${forged}`), wraps: true },
    { what: "a forged assertion around the signed one", xml: into(inside(forged, assertion)), wraps: true },
    {
      what: "a forged assertion with the signature of the other, which stands in it",
      xml: into(inside(forged, inside(signature, unsigned(assertion)))),
      wraps: true,
    },
    {
      what: "a forged assertion under the identifier of the signed one",
      xml: into(`${changed(unsigned(assertion))}${assertion}`),
      wraps: true,
    },
    // Canonical XML has no comments, so that the signature still holds (CVE-2018-0489 and its like): a reader of the first part
    // of the text sees another address.
    {
      what: "a signed response with a comment in the address",
      xml: response.replaceAll(`>${email}<`, () => `>${email.slice(0, 3)}<!-- -->${email.slice(3)}<`),
      wraps: true,
    },
  ].map((forgery) => {
    if (forgery.xml === response) {
      throw new Error(`${forgery.what} came out as the response itself`);
    }
    return forgery;
  });
}

/** Another first character in an element's text of base64. */
function withOtherValue(xml: string, element: string): string {
  const opened = new RegExp(`(<(?:[\\w-]+:)?${element}[^>]*>\\s*)(.)`);
  return xml.replace(opened, (_, tag: string, first: string) => `${tag}${first === "A" ? "B" : "A"}`);
}
