import { type FakeAnswer, type FakeRequest, gateName } from "../fakeGate";
import { type Wrong } from "./wrong";

const mark = "__Host-gatehouse-signed-in";
const attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";
const isSession = (name: string) => /^__Secure-gatehouse(_\d+)?$/.test(name);
const isCsrf = (name: string) => name.endsWith("_csrf");
const nameOf = (pair: string) => pair.replace(/=.*/s, "");
const isAtGate = ({ host }: FakeRequest) => host.startsWith(`${gateName}:`);

/** What keeps sign-ins and sessions with the gate's host, but for what is wrong with it. */
export class FakeMarks {
  constructor(private readonly wrong: Wrong | undefined) {}

  /** What oauth2-proxy gets of a request. */
  before(request: FakeRequest): FakeRequest {
    if (!isAtGate(request) || request.headers["cookie"] === undefined) {
      return request;
    }
    const pairs = request.headers["cookie"].split(/; ?/);
    const ending = endingOf(pairs);
    const fresh = this.wrong === "a fresh mark is anybody's" ? "begun-" : `begun-${ending}`;
    const counts =
      pairs.some((pair) => pair.startsWith(`${mark}=sub-`) || pair.startsWith(`${mark}=${fresh}`)) ||
      (this.wrong === "a mark of any name counts" && pairs.some((pair) => pair.includes("signed-in"))) ||
      this.wrong === "a session counts without its mark" ||
      /^\/oauth2\/sign_out/.test(request.path);
    const cookie = pairs
      .filter((pair) => (isSession(nameOf(pair)) ? counts : !isCsrf(nameOf(pair)) || this.#isOwn(pair)))
      .map((pair) => (isCsrf(nameOf(pair)) ? pair.replace(/^__Host-/, "") : pair))
      .join("; ");
    return { ...request, headers: { ...request.headers, cookie: cookie === "" ? undefined : cookie } };
  }

  /** What becomes of a request in somebody's session, where the browser's mark is somebody else's. */
  refuses(request: FakeRequest, user: string): FakeAnswer | undefined {
    const value = markIn(request);
    return isAtGate(request) &&
      value?.startsWith("sub-") === true &&
      value !== nameFor(user) &&
      this.wrong !== "a mark is anybody's"
      ? { status: 403, headers: { "clear-site-data": '"cookies"', "set-cookie": `${mark}=; Max-Age=0; ${attributes}` } }
      : undefined;
  }

  /** Names whose session it is, once. */
  names(request: FakeRequest, user: string): string[] {
    return isAtGate(request) && markIn(request)?.startsWith("begun-") === true
      ? [`${mark}=${nameFor(user)}; ${attributes}`]
      : [];
  }

  /** What a browser gets of its answer. */
  after(request: FakeRequest, answer: FakeAnswer): FakeAnswer {
    if (answer === "drop" || !isAtGate(request)) {
      return answer;
    }
    const given = [answer.headers?.["set-cookie"] ?? []].flat();
    const cookies = given.map((cookie) =>
      isCsrf(nameOf(cookie)) ? `__Host-${cookie.replace(/ Domain=[^;]*;/, "")}` : cookie,
    );
    const begins = request.path.startsWith("/oauth2/callback") && given.some((cookie) => isSession(nameOf(cookie)));
    const ends = request.path.startsWith("/oauth2/sign_out") && this.wrong !== "sign-out keeps the cookie";
    const own =
      (begins || ends) && this.wrong !== "a sign-in leaves no mark"
        ? [`${mark}=${ends ? "" : `begun-${endingOf(given)}`}; Max-Age=${ends ? 0 : 86400}; ${attributes}`]
        : [];
    return cookies.length + own.length === 0
      ? answer
      : { ...answer, headers: { ...answer.headers, "set-cookie": [...cookies, ...own] } };
  }

  #isOwn(pair: string): boolean {
    return pair.startsWith("__Host-") || this.wrong === "begun sign-ins of other hosts count";
  }
}

/** The end of the session's value among these. */
function endingOf(pairs: readonly string[]): string {
  const values = pairs.filter((pair) => isSession(nameOf(pair))).sort();
  return values
    .map((pair) => pair.replace(/^[^=]*=/, "").replace(/;.*/, ""))
    .join("")
    .slice(-44);
}

function markIn({ headers }: FakeRequest): string | undefined {
  const pair = (headers["cookie"] ?? "").split(/; ?/).find((each) => each.startsWith(`${mark}=`));
  return pair?.slice(mark.length + 1);
}

const nameFor = (user: string) => `sub-${user.replace(/\W/g, "")}`;
