import assert from "node:assert/strict";
import { partsOf } from "../../acceptance/checks/failClosed/inside/ways";
import { deadSession } from "../../acceptance/checks/login/deadSession";
import { near } from "../../acceptance/checks/redirects/dexRedirectUri";
import { doors } from "../../acceptance/checks/paths/tries";
import { publicNames } from "../../acceptance/checks/tls/handshake";
import { type Target } from "../../acceptance/check";
import { hasOwnEcho } from "../../acceptance/cluster/networkTargets";
import { type Cookie } from "../../acceptance/http/jar";
import { cookieDomain, cookieFaults, domainAttribute } from "../../acceptance/signIn/cookies";

const at = (gate: string, echo?: string) =>
  ({ gate: new URL(gate), echo: echo === undefined ? undefined : new URL(echo) }) as unknown as Target;
const byName = at("https://kubeflow.example.com", "https://echo.kubeflow.example.com");
const byAddress = at("https://192.0.2.10", "https://192.0.2.10");

describe("a gate that has an address in place of a name", () => {
  const cookie = (domain?: string): Cookie => ({
    name: "__Secure-gatehouse",
    value: "v",
    attributes: { secure: "", httponly: "", samesite: "Lax", path: "/", ...(domain === undefined ? {} : { domain }) },
  });

  it("has cookies for that host alone, and one with a domain is a fault", () => {
    assert.equal(cookieDomain(byAddress), undefined);
    assert.equal(cookieDomain(at("https://[2001:db8::1]")), undefined);
    assert.deepEqual(cookieFaults(cookie(), undefined), []);
    assert.deepEqual(cookieFaults(cookie("192.0.2.10"), undefined), [
      "its domain is 192.0.2.10, not only the host that set it",
    ]);
  });

  it("is told from one with a name, whose cookies have its domain", () => {
    assert.equal(cookieDomain(byName), "kubeflow.example.com");
    assert.deepEqual(cookieFaults(cookie("kubeflow.example.com"), "kubeflow.example.com"), []);
    assert.deepEqual(cookieFaults(cookie(".Kubeflow.example.com"), "kubeflow.example.com"), []);
    assert.deepEqual(cookieFaults(cookie(), "kubeflow.example.com"), [
      "its domain is only the host that set it, not kubeflow.example.com",
    ]);
  });

  it("gets made-up cookies as its own are", () => {
    assert.deepEqual([domainAttribute(byAddress), domainAttribute(byName)], ["", "Domain=kubeflow.example.com; "]);
    assert.ok(deadSession(byAddress).cookies.every(({ attributes }) => !Object.hasOwn(attributes, "domain")));
    // Two parts of a session, and the mark, which is of its host in either case.
    assert.equal(deadSession(byAddress).cookies.length, 3);
    assert.deepEqual(
      deadSession(byName).cookies.map(({ attributes }) => attributes.domain),
      ["kubeflow.example.com", "kubeflow.example.com", undefined],
    );
  });

  it("is looked at once where an application answers at its own host", () => {
    const seen = (urls: URL[]) => urls.map(({ host }) => host);
    assert.deepEqual([seen(publicNames(byAddress)), seen(doors(byAddress))], [["192.0.2.10"], ["192.0.2.10"]]);
    assert.equal(publicNames(byName).length, 2);
    assert.equal(doors(byName).length, 2);
  });

  it("is the same in capital letters, so that this is no other address for Dex", () => {
    const values = (target: Target) =>
      near(new URL("/oauth2/callback", target.gate).href, target).map(({ value }) => value);
    assert.ok(!values(byAddress).includes("https://192.0.2.10/oauth2/callback"));
    assert.ok(values(byAddress).includes("https://192.0.2.10:8443/oauth2/callback"));
    assert.ok(values(byName).includes("https://KUBEFLOW.EXAMPLE.COM/oauth2/callback"));
    assert.ok(values(byName).includes("https://echo.kubeflow.example.com/oauth2/callback"));
  });

  it("has that application and not the platform's echo, of which nothing is looked for in the cluster", () => {
    assert.equal(hasOwnEcho(byName), true);
    assert.equal(hasOwnEcho(byAddress), false);
    assert.equal(hasOwnEcho(at("https://192.0.2.10")), false);
    const pod = (part: string, port: number) => ({
      namespace: "auth",
      part,
      title: "",
      address: "10.0.0.1",
      port,
      listed: false,
    });
    const parts = partsOf(byAddress, [pod("dex", 5556), pod("oauth2-proxy", 4180)]);
    assert.deepEqual(
      parts.map(({ way }) => way.name),
      ["dex", "oauth2-proxy"],
    );
  });
});
