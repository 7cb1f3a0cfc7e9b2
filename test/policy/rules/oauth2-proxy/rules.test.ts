import assert from "node:assert/strict";
import { rules, stackRules } from "../../../../policy/rules/oauth2-proxy";
import { rules as dexRules } from "../../../../policy/rules/dex";
import { rules as secretRules } from "../../../../policy/rules/secrets";
import { together } from "../../support";
import { configured, workload } from "./fixtures";

describe("the rules about oauth2-proxy, Dex and published secrets", () => {
  it("have these names, levels and severities", () => {
    assert.deepEqual(rules, []);
    assert.deepEqual(
      [...stackRules, ...dexRules, ...secretRules].map(({ name, enforcementLevel, inDev, severity, framework }) =>
        [name, enforcementLevel, inDev, severity, framework.reference].filter((part) => part !== undefined).join(" "),
      ),
      [
        "require-visible-oauth2-proxy-settings mandatory medium CWE-1059",
        "require-trusted-proxies mandatory critical CWE-290",
        "forbid-auth-bypass-routes mandatory high CWE-288",
        "forbid-health-check-bypass mandatory critical CWE-290",
        "forbid-header-smuggling mandatory high CWE-290",
        "require-exact-redirect-domains mandatory high CWE-601",
        "require-https-identity-endpoints mandatory high CWE-319",
        "require-oidc-nonce mandatory high CWE-294",
        "forbid-unverified-email mandatory high CWE-287",
        "require-pkce mandatory medium CWE-294",
        "forbid-oauth2-proxy-inline-secrets mandatory high CWE-798",
        "require-strong-cookie-secret mandatory high CWE-1391",
        "require-secure-cookies mandatory high CWE-614",
        "require-same-site-cookies mandatory medium CWE-1275",
        "require-cookie-prefix advisory low CWE-565",
        "require-login-restriction mandatory high CWE-285",
        "forbid-tokens-to-upstreams mandatory medium CWE-522",
        "forbid-oauth2-proxy-passwords mandatory advisory high CWE-308",
        "require-redis-tls mandatory medium CWE-319",
        "forbid-plain-listeners mandatory medium CWE-319",
        "forbid-debug-errors mandatory advisory low CWE-209",
        "forbid-unsafe-oauth2-proxy-switches mandatory medium CWE-1188",
        "forbid-dex-static-passwords mandatory advisory high CWE-798",
        "forbid-dex-mock-connectors mandatory advisory critical CWE-287",
        "forbid-dex-inline-secrets mandatory high CWE-798",
        "require-dex-https mandatory high CWE-319",
        "forbid-dex-insecure-switches mandatory high CWE-287",
        "limit-dex-grant-types mandatory high CWE-1188",
        "require-dex-code-flow mandatory high CWE-598",
        "require-dex-exact-redirects mandatory high CWE-601",
        "forbid-dex-out-of-band-clients mandatory high CWE-1021",
        "limit-dex-refresh-tokens mandatory medium CWE-613",
        "require-dex-storage mandatory advisory medium CWE-404",
        "require-dex-tls-version mandatory medium CWE-326",
        "forbid-open-dex-api mandatory critical CWE-306",
        "limit-dex-origins mandatory medium CWE-942",
        "limit-dex-log-level mandatory advisory low CWE-532",
        "forbid-published-secrets mandatory critical CWE-1392",
      ],
    );
  });

  for (const { name, title, why, mend, references, framework } of [...stackRules, ...dexRules, ...secretRules]) {
    it(`say what people need to know: ${name}`, () => {
      assert.match(name, /^(forbid|require|limit)(-[a-z0-9]+)+$/);
      for (const text of [why, mend]) assert.match(text, /^[A-Z].{20,}\.$/);
      assert.match(title, /^[A-Z][^.]{5,60}$/);
      assert.ok(references.some(({ id }) => id === framework.reference));
      for (const { id, url, about } of references) {
        assert.match(url, /^https:\/\//, id);
        assert.match(about, /^\S.{8,}[^.]$/, id);
      }
    });
  }

  for (const rule of stackRules) {
    it(`let a safe configuration pass, with its workload and without: ${rule.name}`, () => {
      assert.deepEqual(together(rule, [configured()]), []);
      assert.deepEqual(together(rule, [configured(), workload()]), []);
    });
  }
});
