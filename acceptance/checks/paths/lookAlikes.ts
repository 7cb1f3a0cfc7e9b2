import { type Check } from "../../check";
import { type HeaderList } from "../../http/request";
import { bothWays, doors, everyOne, expectClosed, get, type Pick, type Try, visible } from "./tries";
import { echoElsewhere } from "../../tokens/parts";

/** Nearly sign-in's two paths, on the host that has them. */
const nearly = [
  "/dex", "/dex?", "/dex?/dex/", "/dexter", "/dexter/probe", "/dex.probe", "/dex-probe/", "/dex%20/probe", "/dex./probe", "/dex%2e/probe",
  "/dex;/probe", "/dex%3b/probe", "/dex,/probe", "/dex*/probe", "/dex:/probe", "/dex@/probe", "/_dex/probe",
  "/DEX/", "/DEX/probe", "/Dex/keys", "/dEX/keys", "/%44ex/keys", "/de\xd7/keys", "/de%c3%97/probe", "/dex%e2%81%84keys",
  "/oauth2", "/oauth2?", "/oauth2x/probe", "/oauth2.probe", "/oauth2-probe", "/oauth2;/auth", "/oauth20/probe", "/oauth2%20/auth",
  "/OAUTH2/start", "/OAuth2/auth", "/oauth/start", "/oauth3/start", "/oauth2%c2%b2/",
  "/probe/dex/keys", "/probe/oauth2/start", "/api/dex/keys", "/probe?/dex/keys", "/?/oauth2/start", "/probe;/dex/keys", "/probe:/dex/keys",
  "/logout", "/logout/", "/logout/probe", "/logoutx", "/LOGOUT",
]; // prettier-ignore

/** Paths that parts of the platform answer by themselves, somewhere else. */
const known = [
  "/", "/ping", "/ready", "/robots.txt", "/metrics", "/health", "/healthz", "/healthz/ready", "/livez", "/readyz", "/favicon.ico",
  "/check", "/check/", "/check/oauth2/auth", "/check/ping", "/callback", "/auth", "/keys", "/token", "/userinfo",
  "/.well-known/openid-configuration", "/.well-known/acme-challenge/probe", "/.well-known/security.txt",
  "/config_dump", "/server_info", "/stats", "/stats/prometheus", "/clusters", "/debug/pprof/", "/app/env", "/quitquitquit",
  "/liveness_check", "/readiness_check", "/_ah/health", "/nginx_status", "/server-status", "/.env", "/.git/config",
  "/api", "/api/", "/api/probe", "/apis/v2beta1/runs", "/pipeline/apis/v2beta1/runs", "/ml_metadata/probe", "/static/probe.css",
]; // prettier-ignore

/** Sign-in's own, which stand at the gate alone. */
const signIn = [
  "/dex/", "/dex/keys", "/dex/token", "/dex/auth", "/dex/userinfo", "/dex/callback", "/dex/healthz", "/dex/.well-known/openid-configuration",
  "/oauth2/", "/oauth2/start", "/oauth2/sign_in", "/oauth2/sign_out", "/oauth2/callback", "/oauth2/auth", "/oauth2/userinfo",
  "/oauth2/static/css/bulma.min.css",
]; // prettier-ignore

/** At the gate they may answer, and only by a refusal. */
const guarded = [
  "/oauth2/",
  "/oauth2/auth",
  "/oauth2/userinfo",
  "/oauth2/probe",
  "/oauth2/metrics",
  "/oauth2/ping",
  "/oauth2/robots.txt",
];

/** Programs that ask for health, which proxies were made to let through (CVE-2026-34457). */
const agents = [
  "GoogleHC/1.0",
  "kube-probe/1.36",
  "ELB-HealthChecker/2.0",
  "Prometheus/3.0",
  "Envoy/HC",
  "AlwaysOn",
  "Let's Encrypt validation server",
];

/** The exception for sign-in is two paths of one host. */
export function lookAlikes(pick: Pick = everyOne): Check {
  return {
    area: "paths",
    name: "look-alikes",
    proves:
      "Paths that only resemble `/dex/` and `/oauth2/`, sign-in's paths at other hosts, and everything that a proxy, a probe or a health check usually asks for, are refused without identity.",
    mend: "The rules may except exactly `/dex/*` and `/oauth2/*` of the gate's host (components/accessRules.ts). oauth2-proxy must not skip anything: no `skip_auth_routes`, `skip_auth_regex`, `ping_user_agent` or `gcp_healthchecks`, and every check under the prefix of components/topology.ts.",
    exercises: ["gateway", "oauth2-proxy"],
    needs: [],
    timeout: 120,
    async run(context) {
      const { target } = context;
      const { gate } = target;
      const echo = echoElsewhere(target);
      const asked = (url: URL, path: string, allowed: Try["allowed"] = {}, headers: HeaderList = []): Try => ({
        what: visible(path),
        ...get(url, path, headers),
        allowed,
      });
      const elsewhere = echo === undefined ? [] : [...nearly, ...signIn].map((path) => asked(echo, path));
      await expectClosed(
        context,
        pick(
          bothWays([
            ...nearly.map((path) => asked(gate, path)),
            ...doors(target).flatMap((url) => known.map((path) => asked(url, path))),
            ...guarded.map((path) => asked(gate, path, { signIn: true })),
            ...elsewhere,
            ...doors(target).flatMap((url) =>
              agents.flatMap((agent) =>
                ["/", "/healthz", "/ping"].map((path) => ({
                  ...asked(url, path, {}, [["User-Agent", agent]]),
                  what: `${path} for ${agent}`,
                })),
              ),
            ),
          ]),
        ),
      );
    },
  };
}
