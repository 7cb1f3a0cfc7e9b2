import assert from "node:assert/strict";
import { Jar } from "../../../acceptance/http/jar";
import { placeOf } from "../../../acceptance/http/request";
import { Attempt } from "../../../acceptance/signIn/attempt";
import { follow, isOwn } from "../../../acceptance/signIn/follow";
import { copyOf, signIn } from "../../../acceptance/signIn/session";
import { echoName, type FakeGate, fakeGate, type FakeRequest, gateName, type Handler } from "../fakeGate";
import { fakeSignIn, person } from "../login/fakeSignIn";

describe("signing in by script", () => {
  let gate: FakeGate | undefined;
  afterEach(async () => {
    await gate?.close();
    gate = undefined;
  });

  const start = ({ port }: FakeGate, page = "/a?b=c") => new URL(page, `https://${echoName}:${port}`);

  it("comes back to the page that it began for, with a session that can be copied", async () => {
    gate = await fakeSignIn();
    const session = await signIn(gate.target, person, start(gate));
    assert.equal(session.last.url.href, start(gate).href);
    assert.equal(session.last.answer.status, 200);
    assert.deepEqual(
      copyOf(session).cookies.map(({ name, value }) => [name, value]),
      session.jar.cookies.map(({ name, value }) => [name, value]),
    );
    assert.deepEqual(
      session.jar.cookies.map(({ name }) => name),
      ["__Secure-gatehouse", "__Host-gatehouse-signed-in"],
    );
  });

  it("says that Dex refused the password, and doesn't say which it was", async () => {
    gate = await fakeSignIn();
    const wrong = { email: person.email, password: "not the password" };
    await assert.rejects(signIn(gate.target, wrong, start(gate)), (error: Error) => {
      assert.equal(error.message, "Dex did not take the password of user@example.com");
      return true;
    });
  });

  it("says where it ended, without the query", async () => {
    const ends: [Handler, RegExp][] = [
      [() => ({ status: 503 }), /ended before Dex's form, at https:\/\/kubeflow.*\/oauth2\/start with status 503$/],
      [() => ({ status: 302, headers: { location: "/oauth2/start?rd=secret" } }), /before Dex's form.*status 302$/],
      [({ path }) => (path.startsWith("/dex/") ? {} : toDex), /at https:.*\/dex\/auth with status 200$/],
    ];
    for (const [handler, words] of ends) {
      gate = await fakeGate(handler);
      await assert.rejects(signIn(gate.target, person, start(gate)), words);
      await gate.close();
    }
  });

  it("chooses Dex's own passwords where there are several ways to sign in", async () => {
    const links =
      '<a href="/dex/auth/company?state=1">Company</a> <a href="/dex/auth/local?state=1&amp;x=2">E-mail</a>';
    gate = await fakeGate(({ path }: FakeRequest) =>
      path.startsWith("/dex/auth?")
        ? { body: links }
        : path === "/dex/auth/local?state=1&x=2"
          ? { body: '<form method="post" action=""><input name="login"/><input name="password"/></form>' }
          : toDex,
    );
    const form = await new Attempt(gate.target, new Jar(), start(gate)).toForm();
    assert.equal(form.url.pathname, "/dex/auth/local");
  });

  const form = '<form method="post" action=""><input name="login"/><input name="password"/></form>';
  const ada = { email: "ada@example.com", password: "correct", connector: "company", login: "ada" };
  const choice = '<a href="/dex/auth/company-two?state=1">Two</a> <a href="/dex/auth/company?state=1">One</a>';

  it("chooses a person's connector, and no other one whose name begins alike", async () => {
    gate = await fakeGate(({ path }: FakeRequest) =>
      path.startsWith("/dex/auth?") ? { body: choice } : path === "/dex/auth/company?state=1" ? { body: form } : toDex,
    );
    const hop = await new Attempt(gate.target, new Jar(), start(gate)).toForm(undefined, ada);
    assert.equal(hop.url.pathname, "/dex/auth/company");
  });

  it("types the name that a person has there in place of the address", async () => {
    gate = await fakeGate(({ path }) => (path.startsWith("/dex/") ? { body: form } : toDex));
    const attempt = new Attempt(gate.target, new Jar(), start(gate));
    await attempt.toForm(undefined, ada);
    await attempt.enterPassword(ada);
    assert.equal(gate.requests.at(-1)?.body, "login=ada&password=correct");
  });

  it("gives the password of a person of another Dex to that one alone", async () => {
    gate = await fakeGate(({ path, host }) =>
      path.startsWith("/dex/auth?")
        ? { body: choice }
        : path === "/dex/auth/company?state=1"
          ? { status: 302, headers: { location: `https://${echoName}:${host.split(":")[1]}/dex/login` } }
          : path === "/dex/login"
            ? { body: form }
            : toDex,
    );
    const issuer = new URL(`https://${echoName}:${gate.port}/dex`);
    const { target } = gate;
    const attempt = () => new Attempt(target, new Jar(), start(gate ?? assert.fail()));
    const hop = await attempt().toForm(undefined, { ...ada, issuer });
    assert.equal(hop.url.href, `${issuer.href}/login`);
    await assert.rejects(attempt().toForm(undefined, ada), /ended before Dex's form, at https:\/\/echo/);
    const elsewhere = { ...ada, issuer: new URL(`https://${echoName}:${gate.port}/other`) };
    await assert.rejects(attempt().toForm(undefined, elsewhere), /ended before Dex's form, at https:\/\/echo/);
  });

  it("looks for another Dex where DNS says, and for the deployment's names at the address that was given", async () => {
    gate = await fakeGate(() => ({}));
    const issuer = new URL("https://login.example.com/dex");
    const target = { ...gate.target, address: "192.0.2.1", people: [{ ...ada, issuer }] };
    const place = (url: string) => placeOf(target, new URL(url));
    assert.equal(place("https://login.example.com/dex/auth"), "login.example.com");
    assert.equal(place(gate.target.gate.href), "192.0.2.1");
    assert.equal(place(start(gate).href), "192.0.2.1");
    assert.equal(place("https://other.example.org/"), "192.0.2.1");
    assert.equal(
      placeOf({ ...target, address: undefined }, new URL("https://other.example.org/")),
      "other.example.org",
    );
  });

  it("gives no password to the form of somebody else's connector", async () => {
    gate = await fakeGate(({ path }) => (path.startsWith("/dex/") ? { body: form } : toDex));
    const attempt = new Attempt(gate.target, new Jar(), start(gate));
    await attempt.toForm(undefined, ada);
    const other = { ...ada, issuer: new URL("https://login.example.com/dex") };
    await assert.rejects(attempt.enterPassword(other), /came to another form than that of ada@example\.com/);
  });

  it("gives a password to no other host", async () => {
    gate = await fakeGate(({ host }) =>
      host.startsWith(gateName)
        ? { status: 302, headers: { location: `https://${echoName}:${host.split(":")[1]}/dex/auth` } }
        : { body: '<form method="post" action=""><input name="login"/><input name="password"/></form>' },
    );
    await assert.rejects(signIn(gate.target, person, start(gate)), /ended before Dex's form, at https:\/\/echo/);
    assert.ok(gate.requests.every(({ method }) => method === "GET"));
  });
});

const toDex = { status: 302, headers: { location: "/dex/auth?client_id=x" } };

describe("following redirects", () => {
  let gate: FakeGate | undefined;
  afterEach(async () => {
    await gate?.close();
    gate = undefined;
  });

  const methodsAfter = async (status: number) => {
    gate = await fakeGate(({ path }) => (path === "/" ? { status, headers: { location: "/next" } } : {}));
    await follow(gate.target, new Jar(), gate.target.gate, { method: "POST", headers: [["Content-Length", "0"]] });
    const methods = gate.requests.map(({ method }) => method);
    await gate.close();
    return methods;
  };

  it("turns a POST into a GET where a browser does", async () => {
    for (const status of [301, 302, 303]) {
      assert.deepEqual(await methodsAfter(status), ["POST", "GET"]);
    }
    for (const status of [307, 308]) {
      assert.deepEqual(await methodsAfter(status), ["POST", "POST"]);
    }
  });

  it("ends at hosts that are none of the deployment's, and at loops", async () => {
    gate = await fakeGate(({ path }) => ({
      status: 302,
      headers: { location: path === "/out" ? "https://example.com/" : "/" },
    }));
    const out = await follow(gate.target, new Jar(), gate.target.gate, { path: "/out" });
    assert.equal(out.stuck, "it leads to https://example.com");
    assert.equal(out.hops.length, 1);
    const loop = await follow(gate.target, new Jar(), gate.target.gate);
    assert.match(loop.stuck ?? "", /goes on and on/);
  });

  it("sends the first path as it is written", async () => {
    gate = await fakeGate(() => ({}));
    await follow(gate.target, new Jar(), gate.target.gate, { path: "/a/%2e/../b//c" });
    assert.equal(gate.requests[0]?.path, "/a/%2e/../b//c");
  });

  it("takes https on the deployment's hosts and port for its own, and nothing else", () => {
    const target = { gate: new URL("https://example.com"), echo: new URL("https://echo.example.org") };
    const own = (url: string) => isOwn({ ...gate?.target, ...target } as never, new URL(url));
    assert.equal(own("https://example.com/x"), true);
    assert.equal(own("https://notebooks.example.com/"), true);
    assert.equal(own("https://echo.example.org/"), true);
    assert.equal(own("http://example.com/"), false);
    assert.equal(own("https://example.com:8443/"), false);
    assert.equal(own("https://example.com.example.net/"), false);
    assert.equal(own("https://notexample.com/"), false);
  });
});
