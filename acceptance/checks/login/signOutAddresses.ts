import { type Check, type CheckContext } from "../../check";
import { cookiesOf, type Jar } from "../../http/jar";
import { inParallel } from "../../http/inParallel";
import { type HeaderList } from "../../http/request";
import { isDeletion, isSession } from "../../signIn/cookies";
import { follow } from "../../signIn/follow";
import { pageHeaders, posted } from "../../signIn/hop";
import { showsToken } from "../../signIn/leaks";
import { copyOf, signIn } from "../../signIn/session";
import { protectedPage } from "../../signIn/page";
import { somebody } from "../../tokens/parts";

/** A path that exists nowhere; whoever comes to it was led there. */
const marker = "/led-here-by-sign-out";

/** Each way to spell the place of the token that oauth2-proxy fills in. */
const placeholders = ["{id_token}", "%7Bid_token%7D", "%7bid%5ftoken%7d", "%257Bid_token%257D"];

/** Spellings of the sign-out's path, of which some may lead nowhere. */
const spellings = [
  "/oauth2/sign_out",
  "/logout",
  "/oauth2/sign%5Fout",
  "/oauth2/sign%5fout",
  "/oauth2/%73ign_out",
  "/%6Fauth2/sign_out",
  "/oauth2%2Fsign_out",
  "/oauth2//sign_out",
  "//oauth2/sign_out",
  "/oauth2/./sign_out",
  "/oauth2/x/../sign_out",
  "/oauth2/%2e/sign_out",
  "/oauth2/sign_out/",
  "/oauth2/sign_out;a=b",
  "/oauth2/sign%255Fout",
];

interface Try {
  what: string;
  path: string;
  options?: { method?: string; headers?: HeaderList; body?: string };
  /** Whether this is the sign-out as documented, which must sign out all the same. */
  documented: boolean;
}

/** A link that signs somebody out must not hand the token to whoever wrote it. */
export const signOutAddresses: Check = {
  area: "login",
  name: "sign-out-addresses",
  proves:
    "Sign-out takes no address to end at: whatever stands in rd, in a query, a form, a header, encoded or not, it leads nowhere else, and no answer shows the ID token, also where the address asks for it with {id_token}.",
  mend: "forget_return_address in documents/gateway/identity-headers.lua takes the query and the form away from every spelling that oauth2-proxy takes for /oauth2/sign_out; x-auth-request-redirect is removed early in documents/gateway/envoyFilter.ts.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["sessions", "user"],
  timeout: 120,
  async run(context) {
    const { target, signal } = context;
    const session = await signIn(target, somebody(target), protectedPage(target), signal);
    const tries = triesFor(target.gate, protectedPage(target));
    await inParallel(tries, (one) => attempt(context, one, copyOf(session)));
  },
};

/** The hosts are the ones that oauth2-proxy takes for redirects anyhow. */
function triesFor(gate: URL, own: URL): Try[] {
  const targets = [`${own.origin}${marker}?t=`, `${marker}?t=`, `https://example.com${marker}?t=`];
  const inQuery = spellings.flatMap((spelling) =>
    [...targets.flatMap((address) => placeholders.map((placeholder) => `${address}${placeholder}`))]
      // Every address with every placeholder where it is documented, a few of them where the spelling is what is tried.
      .filter((_, index) => spelling === "/oauth2/sign_out" || index < 2)
      .map((address) => {
        const rd = address.includes("{")
          ? encodeURIComponent(address).replaceAll("%7B", "{").replaceAll("%7D", "}")
          : address;
        return {
          what: `GET ${spelling}?rd=${rd}`,
          path: `${spelling}?rd=${rd}`,
          documented: spelling === "/oauth2/sign_out" || spelling === "/logout",
        };
      }),
  );
  const address = `${own.origin}${marker}?t={id_token}`;
  const multipart = `--x\r\nContent-Disposition: form-data; name="rd"\r\n\r\n${address}\r\n--x--\r\n`;
  return [
    ...inQuery,
    ...["/oauth2/sign_out", "/logout", "/oauth2/%73ign_out"].flatMap((path) => [
      {
        what: `POST ${path} with rd in a form`,
        path,
        options: posted({ rd: address }),
        documented: !path.includes("%"),
      },
      {
        what: `POST ${path} with rd in a multipart form`,
        path,
        options: {
          method: "POST",
          headers: [
            ...pageHeaders,
            ["Content-Type", "multipart/form-data; boundary=x"],
            ["Content-Length", String(Buffer.byteLength(multipart))],
          ],
          body: multipart,
        } satisfies Try["options"],
        documented: !path.includes("%"),
      },
      ...["X-Auth-Request-Redirect", "x-auth-request-REDIRECT"].map((name) => ({
        what: `GET ${path} with the header ${name}`,
        path,
        options: { headers: [...pageHeaders, [name, address]] satisfies HeaderList },
        documented: !path.includes("%"),
      })),
    ]),
    {
      what: "GET /oauth2/sign_out with rd twice",
      path: `/oauth2/sign_out?rd=%2F&rd=${encodeURIComponent(address)}`,
      documented: true,
    },
    {
      what: "GET /oauth2/sign_out with X-Forwarded headers",
      path: "/oauth2/sign_out",
      options: {
        headers: [
          ...pageHeaders,
          ["X-Forwarded-Uri", `${marker}?t={id_token}`],
          ["X-Forwarded-Host", gate.host],
          ["X-Forwarded-Proto", "https"],
        ],
      },
      documented: true,
    },
  ];
}

async function attempt(
  { target, probe, signal }: CheckContext,
  { what, path, options, documented }: Try,
  jar: Jar,
): Promise<void> {
  const { hops, stuck } = await follow(target, jar, target.gate, { path, ...options, signal });
  const leaks = hops.flatMap(({ answer }) => showsToken(answer));
  probe.expect(
    leaks.length === 0,
    `${what} shows no token`,
    `${what} shows a token in ${[...new Set(leaks)].join(", ")}`,
  );
  const led = hops.find(({ url }) => url.pathname.includes(marker));
  probe.expect(
    stuck === undefined && led === undefined,
    `${what} leads nowhere else`,
    `${what} should not lead to the address; ${stuck ?? `it led to ${led?.url.origin}${marker}`}`,
  );
  const first = hops[0]?.answer.status ?? 0;
  probe.expect(
    hops.every(({ answer }) => answer.status < 500),
    `${what} is answered`,
    `${what} should be answered or refused; the first answer was ${first}, the last ${hops.at(-1)?.answer.status ?? 0}`,
  );
  if (documented) {
    const deleted = hops
      .flatMap(({ answer }) => cookiesOf(answer))
      .some((cookie) => isSession(cookie) && isDeletion(cookie));
    probe.expect(
      deleted && !jar.cookies.some(isSession),
      `${what} signs out all the same`,
      `${what} should delete the session's cookie; it didn't, the first answer was ${first}`,
    );
  }
}
