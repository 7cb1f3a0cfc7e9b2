import { type Person, type Target } from "../check";
import { type Jar } from "../http/jar";
import { connectorLink } from "./connector";
import { type HeaderList } from "../http/request";
import { type Form, readForm } from "./form";
import { handedOn, type HandedOn } from "./handedOn";
import { startOf } from "./start";
import { askWith, type Hop, pageHeaders, posted, redirectOf } from "./hop";
import { takesPassword } from "./provider";

/** More redirects than any sign-in needs; a browser gives up after 20. */
const mostHops = 15;

/** One sign-in by Dex's own form, step by step, so that a check can stop, mix or forge between the steps. */
export class Attempt {
  /** Every request in order. */
  readonly hops: Hop[] = [];
  #form: Form | undefined;
  /** Where the sign-in began, and the provider comes back to. */
  #host: string;

  constructor(
    readonly target: Target,
    readonly jar: Jar,
    /** The page that the person wants to see. */
    readonly start: URL,
    private readonly signal?: AbortSignal,
  ) {
    this.#host = target.gate.host;
  }

  /**
   * From the gate, or the notebooks' own sign-in, to the form of Dex at which a person signs in, by default the first that was
   * named. The sign-in page's button leads to `from`; the page itself is a check of its own.
   */
  async toForm(
    from: URL = startOf(this.target, this.start),
    person: Pick<Person, "connector" | "issuer" | "saml"> = this.target.people[0] ?? {},
  ): Promise<Hop> {
    this.#host = from.host;
    let hop = await this.#go(from);
    for (let count = 0; count < mostHops; count += 1) {
      const next = redirectOf(hop) ?? connectorLink(this.target, hop, person);
      const form = next === undefined ? handedOn(this.target, hop, person) : undefined;
      if (form !== undefined) {
        hop = await this.handOn(form);
      } else if (next !== undefined) {
        hop = await this.#go(next);
      } else {
        break;
      }
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

  /** Hands a page on as the browser does. */
  async handOn({ action, fields }: HandedOn): Promise<Hop> {
    return await this.#go(action, posted(fields));
  }

  /** Sends the password, up to the address with the code, which is not asked yet. */
  async toCallback(person: Person): Promise<URL> {
    let hop = await this.enterPassword(person);
    const form = handedOn(this.target, hop, person);
    if (form !== undefined) {
      hop = await this.handOn(form);
    }
    if (hop.answer.status === 200 || hop.answer.status === 401) {
      throw new Error(`Dex did not take the password of ${person.email}`);
    }
    const callback = await this.toCallbackFrom(hop);
    if (callback === undefined) {
      throw this.#ended(this.hops.at(-1) ?? hop, `after the password of ${person.email}`);
    }
    return callback;
  }

  /** Follows an answer of Dex up to the address with the code, which is not asked yet; nowhere where it leads elsewhere. */
  async toCallbackFrom(from: Hop): Promise<URL | undefined> {
    let hop = from;
    for (let count = 0; count < mostHops; count += 1) {
      const next = redirectOf(hop);
      if (next === undefined) {
        return undefined;
      }
      if (next.host === this.#host && next.pathname === "/oauth2/callback") {
        return next;
      }
      hop = await this.#go(next);
    }
    return undefined;
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
