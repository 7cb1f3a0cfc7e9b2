import { type Check } from "../../check";
import { detours } from "./detours";
import { hostTricks } from "./hosts";
import { http2Fields } from "./http2";
import { lookAlikes } from "./lookAlikes";
import { methodTricks } from "./methods";
import { oldProtocols } from "./oldProtocols";
import { requestTargets } from "./requestTargets";
import { rewriteHeaders } from "./rewriteHeaders";
import { oneSpelling } from "./signedIn";
import { smuggling } from "./smuggling";
import { smugglingSignedIn } from "./smugglingSignedIn";
import { upgradeTricks } from "./upgrades";

/** In the order in which they run. */
export const paths: readonly Check[] = [
  detours(),
  lookAlikes(),
  requestTargets(),
  hostTricks(),
  methodTricks(),
  rewriteHeaders(),
  upgradeTricks(),
  oldProtocols(),
  http2Fields(),
  smuggling(),
  oneSpelling(),
  smugglingSignedIn("session"),
  smugglingSignedIn("token"),
];
