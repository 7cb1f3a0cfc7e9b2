import { escaped, type Said, signedResponse, type Signing } from "./response";

export interface Account {
  password: string;
  attributes: Said["attributes"];
}

export interface Provider {
  /** The provider's entityID. */
  issuer: string;
  /** The name under which it knows the gate's Dex. */
  audience: string;
  /** The one address that it sends responses to, whatever a request asks for. */
  recipient: string;
  signing: Signing;
  /** By what people type as their name, which is also the `NameID`. */
  accounts: Readonly<Record<string, Account>>;
}

/** A provider as a program of its own. */
export interface ProgramConfig extends Provider {
  address: string;
  port: number;
  certificateFile: string;
  keyFile: string;
}

export interface Shown {
  status: number;
  html: string;
}

/** The answer to what a browser posts: a request of Dex's, or somebody's name and password with such a request. */
export function answerTo(provider: Provider, posted: URLSearchParams): Shown {
  const field = (name: string) => posted.get(name) ?? "";
  const [request, state] = [field("SAMLRequest"), field("RelayState")];
  const id = /<(?:\w+:)?AuthnRequest[^>]*\sID="([^"]+)"/.exec(Buffer.from(request, "base64").toString())?.[1];
  if (id === undefined) {
    return { status: 400, html: page("No request", "") };
  }
  const handed = { SAMLRequest: request, RelayState: state };
  if (!posted.has("login")) {
    return { status: 200, html: signInPage(handed) };
  }
  const name = field("login");
  const account = Object.hasOwn(provider.accounts, name) ? provider.accounts[name] : undefined;
  if (account === undefined || account.password !== field("password")) {
    return { status: 401, html: signInPage(handed) };
  }
  const { issuer, audience, recipient, signing } = provider;
  const said = { issuer, audience, recipient, inResponseTo: id, nameId: name, attributes: account.attributes };
  const response = Buffer.from(signedResponse(said, signing)).toString("base64");
  // The binding HTTP-POST: a form that sends itself (SAML 2.0 Bindings, section 3.5).
  const form = `<form method="post" action="${escaped(recipient)}">${hidden({ SAMLResponse: response, RelayState: state })}</form>`;
  return { status: 200, html: page("Signed in", `${form}<script>document.forms[0].submit();</script>`) };
}

function signInPage(handed: Readonly<Record<string, string>>): string {
  const fields = `<input name="login"/><input name="password" type="password"/><button type="submit">Sign in</button>`;
  return page("Sign in", `<form method="post" action="/sso">${hidden(handed)}${fields}</form>`);
}

function hidden(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}"/>`)
    .join("");
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><title>${title}</title></head><body>${body}</body></html>`;
}
