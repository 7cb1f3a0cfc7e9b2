import { type Check } from "../../check";
import { backgroundCalls } from "./backgroundCalls";
import { browserSignIn } from "./browserSignIn";
import { browserSignOut } from "./browserSignOut";
import { browserTwoTabs } from "./browserTwoTabs";
import { callbackReplay } from "./callbackReplay";
import { callbackState } from "./callbackState";
import { comesBack } from "./comesBack";
import { copiedCookie } from "./copiedCookie";
import { cookieGrowth } from "./cookieGrowth";
import { forgedSessions } from "./forgedSessions";
import { eachPerson } from "./eachPerson";
import { forgedAssertions } from "./forgedAssertions";
import { loginCsrf } from "./loginCsrf";
import { outlivesToken } from "./outlivesToken";
import { outsider } from "./outsider";
import { parallelSignIns } from "./parallelSignIns";
import { sessionCookies } from "./sessionCookies";
import { sessionRefresh } from "./sessionRefresh";
import { signInPage } from "./signInPage";
import { signOut } from "./signOut";
import { signOutAddresses } from "./signOutAddresses";
import { splitSessions } from "./splitSessions";
import { tokenStays } from "./tokenStays";
import { twoTabs } from "./twoTabs";
import { wrongPassword } from "./wrongPassword";

/** In the order in which they run. */
export const login: readonly Check[] = [
  signInPage,
  comesBack,
  eachPerson,
  outsider,
  wrongPassword,
  forgedAssertions,
  browserSignIn,
  sessionCookies,
  parallelSignIns,
  twoTabs,
  browserTwoTabs,
  backgroundCalls,
  cookieGrowth,
  signOut,
  signOutAddresses,
  copiedCookie,
  browserSignOut,
  tokenStays,
  callbackState,
  callbackReplay,
  loginCsrf,
  forgedSessions,
  splitSessions,
  outlivesToken,
  sessionRefresh,
];
