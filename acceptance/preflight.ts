import { BadInput, type Problem } from "../cli/exit";
import { type Target } from "./check";
import { describeError } from "./describeError";
import { ask } from "./http/request";

const patienceMs = 15_000;

/**
 * Whether there is something to test at all: a gate that answers over TLS with a certificate that is trusted. Otherwise
 * every check would fail for one reason, and that reason is said once.
 */
export async function reach(target: Target, url: URL, key: string): Promise<void> {
  try {
    await ask(target, url, "/", { headers: [["Accept", "text/html"]], signal: AbortSignal.timeout(patienceMs) });
  } catch (error) {
    throw new BadInput(`${url.origin} can't be verified: no request gets there.`, [problemOf(error, target, url, key)]);
  }
}

const unknownName = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA"]);
const noAnswer = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ABORT_ERR", "ECONNABORTED"]);
const unknownAuthority = new Set([
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
]);
const outOfTime = new Set(["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"]);

/** Why nothing gets there, and what to do about it. */
export function problemOf(error: unknown, target: Target, { hostname, port }: URL, key: string): Problem {
  const code = codeOf(error);
  const where = `${target.address ?? hostname}:${port === "" ? 443 : port}`;
  const told = code === "ABORT_ERR" ? `no answer within ${patienceMs / 1000} s` : describeError(error);
  const problem = (mend: string, at = key): Problem => ({ key: at, value: `${where}: ${told}`, mend });
  if (unknownName.has(code)) {
    const mend = "spell the name as DNS knows it, or say with --connect which address to connect to";
    return problem(mend, target.address === undefined ? key : "--connect");
  }
  if (noAnswer.has(code)) {
    return problem(
      "does the gateway run, and is it reached from here: address, port, the load balancer's source ranges?",
    );
  }
  if (unknownAuthority.has(code)) {
    return target.ca === undefined
      ? problem("name the CA's certificate with --ca: pulumi stack output caCertificate > gatehouse-ca.pem", "--ca")
      : problem("this CA did not sign the gate's certificate: is it the output caCertificate of this stack?", "--ca");
  }
  if (outOfTime.has(code)) {
    return problem(
      "let cert-manager renew the certificate: kubectl describe certificate -n ingress; is the clock here right?",
    );
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return problem("use a name that the certificate has, the one in the setting `domain`");
  }
  return problem("is this the gate's port for https? curl -v shows how far a connection gets");
}

/** The code of an error, or of the first one within. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return "";
  }
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === "string") {
    return code;
  }
  return error instanceof AggregateError ? codeOf(error.errors[0]) : codeOf(error.cause);
}
