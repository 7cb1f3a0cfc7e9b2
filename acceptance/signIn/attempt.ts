import { type Person, type Target } from "../check";
import { type Jar } from "../http/jar";
import { connectorLink } from "./connector";
import { type HeaderList } from "../http/request";
import { type Form, readForm } from "./form";
import { askWith, type Hop, pageHeaders, posted, redirectOf } from "./hop";
import { takesPassword } from "./provider";

/** More redirects than any sign-in needs; a browser gives up after 20. */
const mostHops = 15;

/** One sign-in by Dex's own form, step by step, so that a check can stop, mix or forge between the steps. */
export class Attempt {
  /** Every request in order. */
  readonly hops: Hop[] = [];
  #form: Form | undefined;

  constructor(
    readonly target: Target,
    readonly jar: Jar,
    /** The page that the person wants to see. */
    readonly start: URL,
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * From the gate to the form of Dex at which a person signs in, by default the first that was named. The sign-in page's button
   * leads to `from`; the page itself is a check of its own.
   */
  async toForm(
    from: URL = new URL(`/oauth2/start?rd=${encodeURIComponent(this.start.href)}`, this.target.gate),
    person: Pick<Person, "connector" | "issuer"> = this.target.people[0] ?? {},
  ): Promise<Hop> {
    let hop = await this.#go(from);
    for (let count = 0; count < mostHops; count += 1) {
      const next = redirectOf(hop) ?? connectorLink(this.target, hop, person);
      if (next === undefined) {
        break;
      }
      hop = await this.#go(next);
    }
    const { url, answer } = hop;
    const takes = (place: URL) => takesPassword(this.target, person, place);
    const form = takes(url) && answer.status === 200 ? readForm(answer.body, url) : undefined;
    // A password goes to nobody but Dex.
    if (form === undefined || !form.names.includes("password") || !takes(form.action)) {
      throw this.#ended(hop, "before Dex's form");
    }
    this.#form = form;
    return hop;
  }

  /** Sends the password, and gives the answer to it. */
  async enterPassword({ email, login = email, password, issuer }: Person): Promise<Hop> {
    if (this.#form === undefined) {
      throw new Error("the sign-in has not come to Dex's form yet");
    }
    const { action, fields } = this.#form;
    if (!takesPassword(this.target, { issuer }, action)) {
      throw new Error(`the sign-in came to another form than that of ${email}`);
    }
    return await this.#go(action, posted({ ...fields, login, password }));
  }

  /** Sends the password, up to the address with the code, which is not asked yet. */
  async toCallback(person: Person): Promise<URL> {
    let hop = await this.enterPassword(person);
    if (hop.answer.status === 200 || hop.answer.status === 401) {
      throw new Error(`Dex did not take the password of ${person.email}`);
    }
    for (let count = 0; count < mostHops; count += 1) {
      const next = redirectOf(hop);
      if (next === undefined) {
        break;
      }
      if (next.host === this.target.gate.host && next.pathname === "/oauth2/callback") {
        return next;
      }
      hop = await this.#go(next);
    }
    throw this.#ended(hop, `after the password of ${person.email}`);
  }

  /** Asks the callback, and then exactly the page that the sign-in began for. */
  async finish(callback: URL): Promise<Hop> {
    let hop = await this.#go(callback);
    for (let count = 0; count < mostHops; count += 1) {
      const next = redirectOf(hop);
      if (next === undefined) {
        break;
      }
      hop = await this.#go(next);
      if (next.href === this.start.href) {
        return hop;
      }
    }
    throw this.#ended(hop, "elsewhere than on the page that it began for");
  }

  async #go(url: URL, options: { method?: string; headers?: HeaderList; body?: string } = {}): Promise<Hop> {
    const answer = await askWith(this.target, this.jar, url, `${url.pathname}${url.search}`, {
      headers: pageHeaders,
      ...options,
      ...(this.signal === undefined ? {} : { signal: this.signal }),
    });
    const hop = { url, answer };
    this.hops.push(hop);
    return hop;
  }

  /** Without the query: it holds codes and states. */
  #ended({ url, answer }: Hop, where: string): Error {
    return new Error(`the sign-in ended ${where}, at ${url.origin}${url.pathname} with status ${answer.status}`);
  }
}
