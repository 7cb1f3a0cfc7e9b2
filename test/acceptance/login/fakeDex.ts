import { randomBytes } from "node:crypto";
import { type Person } from "../../../acceptance/check";
import { type FakeRequest } from "../fakeGate";
import { type FakeSaml } from "./fakeSaml";

type DexAnswer = [status: number, headers: Record<string, string>, body: string];

interface Asked {
  state: string;
  challenge: string;
}

/** Dex as far as a sign-in sees it: with its own passwords alone, or with a page to choose a connector. */
export class FakeDex {
  readonly #asked = new Map<string, Asked>();
  readonly #codes = new Map<string, { challenge: string; email: string }>();

  constructor(
    private readonly people: readonly Person[],
    private readonly takesAnyName: boolean,
    private readonly takesEmptyPasswords: boolean,
    private readonly codesWorkTwice: boolean,
    private readonly anyVerifier: boolean,
    private readonly saml: FakeSaml,
  ) {}

  async answer(request: FakeRequest, path: string): Promise<DexAnswer> {
    const query = new URL(request.path, "https://gate.invalid").searchParams;
    if (path === "/dex/auth") {
      const id = randomBytes(8).toString("hex");
      this.#asked.set(id, { state: query.get("state") ?? "", challenge: query.get("code_challenge") ?? "" });
      const connectors = [...new Set(this.people.map(({ connector = "local" }) => connector))];
      const links = connectors.map((name) => `<a href="/dex/auth/${name}/login?back=&amp;state=${id}">${name}</a>`);
      return connectors.length > 1
        ? [200, { "content-type": "text/html" }, links.join(" ")]
        : [302, { location: `/dex/auth/${connectors[0]}/login?back=&state=${id}` }, ""];
    }
    if (path === "/dex/callback") {
      return await this.#callback(request);
    }
    const asked = this.#asked.get(query.get("state") ?? "");
    const [, connector] = /^\/dex\/auth\/([a-z]+)\/login$/.exec(path) ?? [];
    if (connector === undefined || asked === undefined) {
      return [400, {}, "User session error."];
    }
    if (this.people.some(({ connector: own, saml }) => own === connector && saml === true)) {
      return [200, { "content-type": "text/html" }, this.saml.page(request.host, query.get("state") ?? "")];
    }
    const form = new URLSearchParams(request.body);
    const person = this.#named(connector, form.get("login") ?? "", form.get("password") ?? "");
    if (request.method === "GET" || person === undefined) {
      const action = request.path.replaceAll("&", "&amp;");
      const fields = '<input name="login" type="text"/><input name="password" type="password"/>';
      const button = '<button id="submit-login" type="submit">Login</button>';
      return [200, { "content-type": "text/html" }, `<form method="post" action="${action}">${fields}${button}</form>`];
    }
    return this.#code(request, asked, person.email);
  }

  async #callback(request: FakeRequest): Promise<DexAnswer> {
    const taken = await this.saml.taken(new URLSearchParams(request.body));
    const asked = taken === undefined ? undefined : this.#asked.get(taken.relayState);
    return taken === undefined || asked === undefined
      ? [400, {}, "Login error."]
      : this.#code(request, asked, taken.email);
  }

  #code({ host }: FakeRequest, { challenge, state }: Asked, email: string): DexAnswer {
    const code = randomBytes(12).toString("hex");
    this.#codes.set(code, { challenge, email });
    return [303, { location: `https://${host}/oauth2/callback?code=${code}&state=${encodeURIComponent(state)}` }, ""];
  }

  /** Whom a code stands for, when it is shown with the verifier of its sign-in. */
  redeem(code: string, verifier: string | undefined): string | undefined {
    const known = this.#codes.get(code);
    if (known === undefined || (verifier !== known.challenge && verifier !== undefined && !this.anyVerifier)) {
      return undefined;
    }
    if (!this.codesWorkTwice) {
      this.#codes.delete(code);
    }
    return known.email;
  }

  #named(connector: string, name: string, typed: string): Person | undefined {
    const pattern = name.replace(/\).*$/s, "").replaceAll("*", "");
    const isNamed = ({ email, login = email }: Person) =>
      this.takesAnyName ? login.startsWith(pattern) : login === name;
    return this.people.find(
      (person) =>
        (person.connector ?? "local") === connector &&
        isNamed(person) &&
        (person.password === typed || (this.takesEmptyPasswords && typed === "")),
    );
  }
}
