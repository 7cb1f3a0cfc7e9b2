import { randomBytes } from "node:crypto";
import { UnsecuredJWT } from "jose";
import { type CheckContext, type Person, type Target } from "../../../acceptance/check";
import { type Pace } from "../../../acceptance/cluster/scene";
import {
  contextFor,
  echoName,
  type FakeAnswer,
  type FakeGate,
  fakeGate,
  gateName,
  type FakeRequest,
} from "../fakeGate";
import { FakeCluster } from "./fakeCluster";

export const person: Person = { email: "user@example.com", password: "secret" };

/** No test waits for anything but its own requests. */
export const hurry: Pace = { away: 20, recovery: 200, every: 3, pause: 40 };

/** Ways in which a deployment can be wrong. */
export interface Faults {
  /** Without oauth2-proxy everybody passes. */
  failsOpen?: boolean;
  /** Without oauth2-proxy tokens are refused, too. */
  tokensNeedOAuth2Proxy?: boolean;
  /** Without Dex everybody passes. */
  opensWithoutDex?: boolean;
  /** Without istiod tokens are refused. */
  tokensNeedIstiod?: boolean;
  /** Which tokens are refused, by the number in which Dex gave them: 1 is the first. */
  refusesToken?: (number: number) => boolean;
  /** Sessions end with Dex. */
  sessionsNeedDex?: boolean;
  /** In which outages of Dex the gateway has no keys, by their number: 1 is the first. */
  lacksKeys?: (outage: number) => boolean;
  /** Dex's form is answered by somebody else. */
  signInWithoutDex?: boolean;
  /** Without istiod nothing is routed. */
  needsIstiod?: boolean;
  /** With more pods of the gateway than at the start, requests pass unchecked. */
  newPodsAreOpen?: boolean;
  /** oauth2-proxy takes a certificate of whatever CA. */
  verifiesNobody?: boolean;
  /** oauth2-proxy keeps a session although it could not redeem the code. */
  sessionWithoutCode?: boolean;
  /** oauth2-proxy follows routes and entries of whatever namespace. */
  knowsEveryNamespace?: boolean;
  /** The gateway takes routes of whatever namespace. */
  routesOfEverybody?: boolean;
  /** What a client sends is believed. */
  forgedHeaders?: boolean;
}

export interface FakePlatform {
  cluster: FakeCluster;
  gate: FakeGate;
  target: Target;
  /** May be changed in the middle of a test. */
  faults: Faults;
  state: State;
  context(signal?: AbortSignal): CheckContext & { probe: ReturnType<typeof contextFor>["probe"] };
  close(): Promise<void>;
}

/** What a rotation changes. */
interface State {
  cookieSecret: number;
  clientSecret: string;
  /** The client secrets that Dex takes; two of them are a mistake. */
  accepted: string[];
  /** Sessions of these secrets are taken besides; any is a mistake. */
  oldCookieSecrets: number[];
}

const titles = {
  gateway: "ingress/gatehouse-gateway",
  oauth2Proxy: "auth/oauth2-proxy",
  dex: "auth/dex",
  istiod: "istio-system/istiod",
} as const;

/** A gate and its cluster in one process, the one knowing what runs in the other. */
export async function fakePlatform(
  faults: Faults = {},
  options: Parameters<typeof fakeGate>[1] = {},
): Promise<FakePlatform> {
  const cluster = await FakeCluster.start();
  const absent = options.target?.absent?.has("oauth2-proxy") === true;
  const { istiod } = options.target ?? {};
  const running = { ...titles, ...(istiod === undefined ? {} : { istiod: `${istiod.namespace}/${istiod.name}` }) };
  for (const title of Object.values(running).filter((each) => !(absent && each === titles.oauth2Proxy))) {
    const [namespace = "", name = ""] = title.split("/");
    cluster.deploy(namespace, name, 2);
  }
  cluster.deploy("gatehouse-echo", "echo", 1);
  const state: State = {
    cookieSecret: 1,
    clientSecret: "client-secret-1",
    accepted: ["client-secret-1"],
    oldCookieSecrets: [],
  };
  const platform = new Platform(cluster, faults, state, running);
  const gate = await fakeGate((request) => platform.answer(request), {
    ...options,
    target: { people: [person], kubeconfig: cluster.kubeconfig, ...options.target },
  });
  cluster.secret("auth", "gatehouse-ca", { "ca.crt": "the private CA" });
  const tell = () => cluster.secret("auth", "oauth2-proxy", { "client-secret": state.clientSecret });
  tell();
  return {
    cluster,
    gate,
    target: gate.target,
    faults,
    state,
    context: (signal) => contextFor(gate.target, signal),
    close: async () => {
      await Promise.all([gate.close(), cluster.close()]);
    },
  };
}

/** The same where there is no oauth2-proxy, and the run has found so. */
export async function withoutSessions(
  faults: Faults = {},
  options: Parameters<typeof fakeGate>[1] = {},
): Promise<FakePlatform> {
  const absent = new Set(["oauth2-proxy"] as const);
  return await fakePlatform(faults, { ...options, target: { ...options.target, absent } });
}

interface Claiming {
  spec?: { http?: { match?: { uri: { exact: string } }[]; directResponse?: { body: { string: string } } }[] };
}

/** Objects of Istio that lead requests elsewhere. */
const leads = /\/(virtualservices|serviceentries)\//;

class Platform {
  readonly #codes = new Map<string, { nonce: string }>();
  /** oauth2-proxy reads its CA at its start alone. */
  #authority = "the private CA";
  #tokens = 0;

  constructor(
    private readonly cluster: FakeCluster,
    private readonly faults: Faults,
    private readonly state: State,
    private readonly running: Readonly<Record<keyof typeof titles, string>>,
  ) {
    cluster.rolledOut = (title) => {
      const { data = {} } = cluster.secrets.get("auth/gatehouse-ca") ?? {};
      if (title === titles.oauth2Proxy) {
        this.#authority = Buffer.from(data["ca.crt"] ?? "", "base64").toString("utf8");
      }
    };
  }

  answer(request: FakeRequest): FakeAnswer {
    if (this.faults.needsIstiod === true && !this.#runs("istiod")) {
      return { status: 404 };
    }
    if (!this.#runs("gateway")) {
      return "drop";
    }
    const url = new URL(request.path, `https://${request.host}`);
    const claimed = this.faults.routesOfEverybody === true ? this.#claimed(url.pathname) : undefined;
    if (claimed !== undefined) {
      return { body: claimed };
    }
    if (url.hostname === gateName && url.pathname.startsWith("/oauth2/")) {
      return this.#runs("oauth2Proxy") ? this.#oauth2(url) : { status: 503 };
    }
    if (url.hostname === gateName && url.pathname.startsWith("/dex/")) {
      return this.#runs("dex") || this.faults.signInWithoutDex === true ? this.#dex(request, url) : { status: 503 };
    }
    return this.#application(request, url);
  }

  /** What a VirtualService has the gateway itself answer there. */
  #claimed(path: string): string | undefined {
    const routes = [...this.cluster.made.values()].flatMap((one) => (one as Claiming).spec?.http ?? []);
    return routes.find(({ match = [] }) => match.some(({ uri }) => uri.exact === path))?.directResponse?.body.string;
  }

  #runs(part: keyof typeof titles): boolean {
    return this.cluster.readyPods(this.running[part]) > 0;
  }

  #oauth2(url: URL): FakeAnswer {
    const query = url.searchParams;
    if (url.pathname === "/oauth2/start") {
      const callback = new URL("/oauth2/callback", url).href;
      const state = query.get("rd") ?? "";
      const to = new URLSearchParams({ redirect_uri: callback, state, client_id: "oauth2-proxy", nonce: "n" });
      return { status: 302, headers: { location: `/dex/auth?${to.toString()}` } };
    }
    const trusted = this.#authority === "the private CA" || this.faults.verifiesNobody === true;
    const led =
      this.faults.knowsEveryNamespace === true && [...this.cluster.made.keys()].some((path) => leads.test(path));
    const redeemed = trusted && !led && this.state.accepted.includes(this.state.clientSecret);
    if (!redeemed && this.faults.sessionWithoutCode !== true) {
      return { status: 500 };
    }
    const cookie = `__Secure-gatehouse=${this.state.cookieSecret}.${person.email}; Domain=${gateName}; Path=/; Secure`;
    const headers = { location: query.get("state") ?? "", "set-cookie": cookie };
    return { status: redeemed ? 302 : 500, headers };
  }

  #dex({ method, body }: FakeRequest, url: URL): FakeAnswer {
    if (url.pathname === "/dex/token") {
      const form = new URLSearchParams(body);
      if (!this.state.accepted.includes(form.get("client_secret") ?? "")) {
        return { status: 401, body: { error: "invalid_client" } };
      }
      this.#tokens += 1;
      const nonce = this.#codes.get(form.get("code") ?? "")?.nonce;
      const claims = { email: person.email, nonce, jti: String(this.#tokens) };
      return { body: { id_token: new UnsecuredJWT(claims).setExpirationTime("1h").encode() } };
    }
    if (method === "POST") {
      const code = randomBytes(8).toString("hex");
      this.#codes.set(code, { nonce: url.searchParams.get("nonce") ?? "" });
      const back = new URL(url.searchParams.get("redirect_uri") ?? "");
      back.searchParams.set("code", code);
      back.searchParams.set("state", url.searchParams.get("state") ?? "");
      return { status: 303, headers: { location: back.href } };
    }
    return { body: `<form method="post" action=""><input name="login"><input name="password"></form>` };
  }

  #application({ headers }: FakeRequest, url: URL): FakeAnswer {
    const unchecked =
      (this.faults.failsOpen === true && !this.#runs("oauth2Proxy")) ||
      (this.faults.opensWithoutDex === true && !this.#runs("dex")) ||
      (this.faults.newPodsAreOpen === true && this.cluster.readyPods(titles.gateway) > 2);
    const verified = this.#user(headers);
    const user =
      verified !== undefined && this.faults.forgedHeaders === true
        ? (headers["kubeflow-userid"] ?? verified)
        : verified;
    if (
      headers.authorization !== undefined &&
      !this.#runs("dex") &&
      this.faults.lacksKeys?.(outagesOfDex(this.cluster)) === true
    ) {
      return { status: 401 };
    }
    if (user === undefined && !unchecked) {
      // The session check answers whoever shows no token, and where it cannot be asked, the gate does.
      return headers.authorization === undefined && !this.#runs("oauth2Proxy")
        ? { status: 503 }
        : { status: 403, body: "sign in" };
    }
    if (url.hostname !== echoName) {
      return { status: 404 };
    }
    const seen = user ?? headers["kubeflow-userid"];
    const shown = { ...headers, cookie: undefined, authorization: undefined, "kubeflow-userid": seen };
    return { body: { user: seen, groups: [], headers: shown } };
  }

  #user({ authorization, cookie }: FakeRequest["headers"]): string | undefined {
    if (authorization !== undefined) {
      const { tokensNeedOAuth2Proxy, tokensNeedIstiod, refusesToken } = this.faults;
      const [, token = ""] = authorization.split(" ");
      const { email, jti } = UnsecuredJWT.decode(token).payload;
      const refused =
        (tokensNeedOAuth2Proxy === true && !this.#runs("oauth2Proxy")) ||
        (tokensNeedIstiod === true && !this.#runs("istiod")) ||
        refusesToken?.(Number(jti)) === true;
      return refused ? undefined : (email as string);
    }
    if (!this.#runs("oauth2Proxy") || (this.faults.sessionsNeedDex === true && !this.#runs("dex"))) {
      return undefined;
    }
    const [, secret = "", user] = /__Secure-gatehouse=(\d+)\.([^;]+)/.exec(cookie ?? "") ?? [];
    return [this.state.cookieSecret, ...this.state.oldCookieSecrets].includes(Number(secret)) ? user : undefined;
  }
}

/** How often Dex was taken away. */
export function outagesOfDex({ changes }: FakeCluster): number {
  return changes.filter(({ path, body }) => path.endsWith("/dex") && JSON.stringify(body).includes('"replicas":0'))
    .length;
}

/** Runs a check and gives what it said; an error that it ended with is among the faults. */
export async function outcomeOf(
  platform: FakePlatform,
  run: (context: CheckContext) => Promise<void>,
  signal: AbortSignal = AbortSignal.timeout(15_000),
): Promise<{ right: string[]; faults: string[]; figures: string[]; tried: number }> {
  const context = platform.context(signal);
  const { probe } = context;
  try {
    await run(context);
  } catch (error) {
    probe.wrong(`ended: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    right: probe.right,
    faults: probe.faults,
    figures: probe.figures.map(({ name }) => name),
    tried: probe.tried,
  };
}
