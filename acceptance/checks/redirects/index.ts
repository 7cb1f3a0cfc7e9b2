import { type Check } from "../../check";
import { afterSignIn, signOutToken } from "./afterSignIn";
import { callback } from "./callback";
import { dexLinks } from "./dexLinks";
import { dexRedirectUri } from "./dexRedirectUri";
import { gatePaths } from "./gatePaths";
import { signInPages } from "./signInPages";
import { startReturn } from "./signInReturn";
import { signOutReturn } from "./signOutReturn";

/** In the order in which they run. */
export const redirects: readonly Check[] = [
  startReturn(),
  signInPages(),
  callback(),
  afterSignIn(),
  signOutReturn(),
  signOutToken,
  dexRedirectUri(),
  dexLinks(),
  gatePaths(),
];
