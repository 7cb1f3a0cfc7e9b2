import { type Check } from "../../../acceptance/check";
import { backgroundCalls } from "../../../acceptance/checks/login/backgroundCalls";
import { callbackReplay } from "../../../acceptance/checks/login/callbackReplay";
import { callbackState } from "../../../acceptance/checks/login/callbackState";
import { comesBack } from "../../../acceptance/checks/login/comesBack";
import { cookieGrowth } from "../../../acceptance/checks/login/cookieGrowth";
import { forgedSessions } from "../../../acceptance/checks/login/forgedSessions";
import { loginCsrf } from "../../../acceptance/checks/login/loginCsrf";
import { parallelSignIns } from "../../../acceptance/checks/login/parallelSignIns";
import { sessionCookies } from "../../../acceptance/checks/login/sessionCookies";
import { signInPage } from "../../../acceptance/checks/login/signInPage";
import { signOut } from "../../../acceptance/checks/login/signOut";
import { signOutAddresses } from "../../../acceptance/checks/login/signOutAddresses";
import { splitSessions } from "../../../acceptance/checks/login/splitSessions";
import { tokenStays } from "../../../acceptance/checks/login/tokenStays";
import { twoTabs } from "../../../acceptance/checks/login/twoTabs";

import { notices, passes } from "./outcome";
import { type Wrong } from "./wrong";

/** Each check with what it must look at on a right deployment, and with what it must find on wrong ones. */
const cases: { check: Check; atLeast: number; wrong: Partial<Record<Wrong, RegExp>> }[] = [
  {
    check: signInPage,
    atLeast: 30,
    wrong: {
      "the page may be cached": /should not be kept by caches/,
      "the page names another address": /should come back to that page/,
      "refusals set a CSRF cookie": /should set no cookie/,
    },
  },
  {
    check: comesBack,
    atLeast: 6,
    wrong: {
      "the query is lost": /elsewhere than on the page/,
      "the application sees another user": /with the user other@example\.com/,
      "the application sees no groups": /without the groups ml-engineers, everyone/,
    },
  },
  {
    check: sessionCookies,
    atLeast: 7,
    wrong: {
      "cookies without HttpOnly": /__Secure-gatehouse from .*: it is not HttpOnly/,
      "cookies without Secure": /it is not Secure/,
      "cookies with SameSite=None": /it is SameSite=None, not Lax/,
      "cookies for another domain": /domain is example\.com|the sign-in/,
      "a cookie of Dex without attributes":
        /dex_session from .*its name begins with neither __Secure- nor __Host-.*not Secure/,
      "sign-out keeps the cookie": /no answer of the sign-out took the session's cookie away/,
      "a sign-in leaves no mark":
        /should leave __Host-gatehouse-signed-in at the gate's host, .*; 0 answers set it, 0 took/,
    },
  },
  { check: parallelSignIns, atLeast: 8, wrong: { "sign-ins at once fail": /sign-in \d of 8 at once.*status 500/ } },
  { check: twoTabs, atLeast: 6, wrong: { "one CSRF cookie for all sign-ins": /tab 1, in the order.*status 403/ } },
  {
    check: backgroundCalls,
    atLeast: 100,
    wrong: {
      "background calls are redirected": /should be 401 without a redirect; it was 302 with a Location/,
      "background calls get the page": /should be 401 without a redirect; it was 403/,
      "refusals set a CSRF cookie": /should set no cookie; it set __Secure-gatehouse/,
    },
  },
  {
    check: cookieGrowth,
    atLeast: 8,
    wrong: {
      "refusals set a CSRF cookie": /50 calls without a session should add no cookie/,
      "refusals keep a dead session": /should take a dead session's cookies away; 2 are/,
      "CSRF cookies without end": /should leave 1 to 8 CSRF cookies.*they left 50/,
      "background calls are redirected": /should all be 401; 50 were not: 302/,
    },
  },
  {
    check: signOut,
    atLeast: 40,
    wrong: {
      "sign-out keeps the cookie": /should delete the session's cookies; the browser still has __Secure-gatehouse/,
      "sign-out loops": /should end on the sign-in page.*goes on and on/,
      "sign-out starts a sign-in": /should start no sign-in; it went on to \/oauth2\/start/,
      "sign-out takes GET alone": /POST \/oauth2\/sign_out with a session should end on the sign-in page.*405/,
    },
  },
  {
    check: signOutAddresses,
    atLeast: 100,
    wrong: {
      "sign-out takes rd": /GET \/oauth2\/sign_out\?rd=.* shows a token in location/,
      "sign-out takes rd where the path is encoded": /GET \/oauth2\/%73ign_out\?rd=.* should not lead to the address/,
      "sign-out takes rd from forms": /POST \/oauth2\/sign_out with rd in a form shows a token in location/,
      "sign-out keeps the cookie": /should delete the session's cookie; it didn't/,
    },
  },
  {
    check: tokenStays,
    atLeast: 25,
    wrong: {
      "a decision shows the token":
        /\/oauth2\/auth with a session should show no token to the browser; it did: GET 202 in authorization/,
      "unknown paths of oauth2-proxy show the token": /\/oauth2\/anything with a session should show no token/,
    },
  },
  {
    check: callbackState,
    atLeast: 20,
    wrong: {
      "state is not checked": /a callback with the first character of its state changed signs|should sign nobody in/,
      "the CSRF cookie is not needed": /should be refused with a page of an error; it was 302/,
      "state leads anywhere":
        /the address https:\/\/example\.com\/ should lead to no other host; it was 302 to example\.com/,
    },
  },
  {
    check: callbackReplay,
    atLeast: 5,
    wrong: { "codes work twice": /asked again by a browser that still has the CSRF cookie should sign nobody in/ },
  },
  {
    check: loginCsrf,
    atLeast: 11,
    wrong: {
      "the CSRF cookie is not needed": /in a browser without a sign-in should sign nobody in/,
      "begun sign-ins of other hosts count": /as another host of the domain can set it should sign nobody in/,
      "any CSRF cookie will do": /own CSRF cookie under the other's name|with its own sign-in/,
      "codes and verifiers are not compared": /somebody else's code and the browser's own state should sign nobody in/,
    },
  },
  {
    check: forgedSessions,
    atLeast: 40,
    wrong: {
      "signatures are not checked": /a page with a session with its first byte changed should be refused.*it was 200/,
      "times are not signed": /a session with its time changed should be refused.*it was 200/,
      "forgeries are errors": /should be refused with 401 or 403; it was 500/,
    },
  },
  {
    check: splitSessions,
    atLeast: 12,
    wrong: {
      "parts are not checked": /a session with two parts swapped should be refused.*it was 200/,
      "parts count by their place": /sent in another order should pass/,
    },
  },
];

describe("login: the scripted checks", () => {
  for (const { check, atLeast, wrong } of cases) {
    describe(check.name, () => {
      it("passes on a right deployment", () => passes(check, atLeast));
      for (const [what, words] of Object.entries(wrong) as [Wrong, RegExp][]) {
        it(`finds out that ${what}`, () => notices(check, what, words));
      }
    });
  }
});
