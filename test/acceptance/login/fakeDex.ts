import { randomBytes } from "node:crypto";
import { type Person } from "../../../acceptance/check";
import { type FakeRequest } from "../fakeGate";

type DexAnswer = [status: number, headers: Record<string, string>, body: string];

interface Asked {
  state: string;
  challenge: string;
}

/** Dex with its own passwords, as far as a sign-in sees it. */
export class FakeDex {
  readonly #asked = new Map<string, Asked>();
  readonly #codes = new Map<string, string>();

  constructor(
    private readonly person: Person,
    private readonly codesWorkTwice: boolean,
    private readonly anyVerifier: boolean,
  ) {}

  answer(request: FakeRequest, path: string): DexAnswer {
    const query = new URL(request.path, "https://gate.invalid").searchParams;
    if (path === "/dex/auth") {
      const id = randomBytes(8).toString("hex");
      this.#asked.set(id, { state: query.get("state") ?? "", challenge: query.get("code_challenge") ?? "" });
      return [302, { location: `/dex/auth/local/login?back=&state=${id}` }, ""];
    }
    const asked = this.#asked.get(query.get("state") ?? "");
    if (path !== "/dex/auth/local/login" || asked === undefined) {
      return [400, {}, "User session error."];
    }
    const form = new URLSearchParams(request.body);
    if (request.method === "GET" || form.get("password") !== this.person.password) {
      const action = request.path.replaceAll("&", "&amp;");
      const fields = '<input name="login" type="text"/><input name="password" type="password"/>';
      const button = '<button id="submit-login" type="submit">Login</button>';
      return [200, { "content-type": "text/html" }, `<form method="post" action="${action}">${fields}${button}</form>`];
    }
    const code = randomBytes(12).toString("hex");
    this.#codes.set(code, asked.challenge);
    const callback = `https://${request.host}/oauth2/callback?code=${code}&state=${encodeURIComponent(asked.state)}`;
    return [303, { location: callback }, ""];
  }

  /** Whom a code stands for, when it is shown with the verifier of its sign-in. */
  redeem(code: string, verifier: string | undefined): string | undefined {
    const challenge = this.#codes.get(code);
    if (challenge === undefined || (verifier !== challenge && verifier !== undefined && !this.anyVerifier)) {
      return undefined;
    }
    if (!this.codesWorkTwice) {
      this.#codes.delete(code);
    }
    return this.person.email;
  }
}
