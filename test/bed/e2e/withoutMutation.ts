const inTheProgram = "no object of the platform decides it: it is the program's own, in Envoy, oauth2-proxy or Dex";
const redundant = "a second rule holds as well, so that one change of one object lets nothing through";
const ownRules = "the check brings its own objects, so that a change of the platform's does not reach it";
const anotherCheck = "a check without a browser notices the same change, and runs on every machine";
const notTried = (mutation: string) => `not tried; ${mutation} should do it`;
const disturbs =
  "it takes parts of the platform away by itself, for minutes; a change besides would cost as much again";

/**
 * Checks that no mutation is known to make fail, each with why. Whoever finds a mutation for one takes it off this list.
 */
export const withoutMutation: Readonly<Record<string, string>> = {
  "tls/certificate": "a wrong certificate has nobody come in at all, and every check fails",
  "tls/todays-versions": "it proves that something is there and not that something is refused",
  "tls/alpn": inTheProgram,
  "tls/renegotiation-and-compression": inTheProgram,
  "tls/no-client-certificate": notTried("a Gateway of the mode OPTIONAL_MUTUAL"),
  "tls/names-that-differ": inTheProgram,
  "tls/only-public-ports": "on the bed the gate is a NodePort, and no other port of the Service has one",
  "front/renewed-certificate": "the gateway takes Secrets by itself; no object of the platform could keep it from that",
  "redirects/forged-callback": inTheProgram,
  "redirects/end-of-a-sign-in":
    "its addresses are of other domains, which no list of exact names or of one domain holds",
  "redirects/return-after-sign-out": redundant,
  "redirects/paths-that-are-tidied-up": redundant,
  "login/browser-two-tabs": anotherCheck,
  "login/browser-sign-out": anotherCheck,
  "login/parallel-sign-ins": "it needs a replica with another secret or another storage, which no single object makes",
  "login/cookie-growth": redundant,
  "login/callback-state": inTheProgram,
  "login/callback-replay": inTheProgram,
  "login/forged-sessions": inTheProgram,
  "login/split-sessions": inTheProgram,
  "login/session-refresh": disturbs,
  "login/outlives-token": notTried("a scope without offline_access"),
  "login/wrong-password": inTheProgram,
  "machines/forged-signatures": inTheProgram,
  "machines/foreign-audience": redundant,
  "machines/pod-to-backend": ownRules,
  "machines/unreachable-issuer": "it takes another environment of istiod, which all proxies lose for that time",
  "machines/wrong-claims": ownRules,
  "spoofing/odd-messages": notTried("keep-headers-with-underscores"),
  "spoofing/proxy-headers": notTried("keep-headers-with-underscores"),
  "paths/request-targets": notTried("paths-as-they-come"),
  "paths/methods": "no rule names methods, so that there is none to break",
  "paths/upgrades": notTried("paths-as-they-come"),
  "paths/old-protocols": inTheProgram,
  "paths/http2-fields": inTheProgram,
  "paths/smuggling": inTheProgram,
  "paths/smuggling-signed-in": inTheProgram,
  "paths/smuggling-with-a-token": inTheProgram,
  "notebooks/by-path": "it shows what goes through, and no rule that is broken would stop it",
  "fail-closed/without-oauth2-proxy": `${redundant}; ${disturbs}`,
  "fail-closed/without-dex": disturbs,
  "fail-closed/without-cluster-keys": disturbs,
  "fail-closed/without-istiod": disturbs,
  "fail-closed/gateway-pod-without-istiod": disturbs,
  "fail-closed/one-pod-killed": disturbs,
  "rotation/leaf-renewed": disturbs,
  "rotation/cookie-secret": disturbs,
  "rotation/client-secret": disturbs,
  "rotation/certificate-authority": disturbs,
  "load/steady": "it measures, and refuses nobody",
};
