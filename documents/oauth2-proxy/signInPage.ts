import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * oauth2-proxy's sign-in page (a Go html/template). It is shown on every protected host and starts on the gate's, because
 * `/oauth2/` exists nowhere else.
 */
export function signInPage(gateHost: string): string {
  return readFileSync(join(__dirname, "sign_in.html"), "utf8").replace("GATE_HOST", gateHost);
}
