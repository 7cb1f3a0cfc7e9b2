import assert from "node:assert/strict";
import { type Person } from "../../../acceptance/check";
import { GrantRefused, grantIdToken } from "../../../acceptance/tokens/grant";
import { echoName, type FakeGate, fakeGate, gateName } from "../fakeGate";

const form = '<form method="post" action=""><input name="login"/><input name="password" type="password"/></form>';

describe("a token of Dex for a person", () => {
  let gate: FakeGate | undefined;
  afterEach(() => gate?.close());

  /** Dex leads a person of the connector `company` to another Dex, which asks for the password. */
  const ask = async (person: Omit<Person, "email" | "password">) => {
    gate = await fakeGate(({ path, host }) =>
      path.startsWith("/dex/auth?") && path.includes("connector_id=company")
        ? { status: 302, headers: { location: `https://${echoName}:${host.split(":")[1]}/dex/login` } }
        : { body: form },
    );
    const client = { id: "a", secret: "b", redirectUri: `https://${gateName}:${gate.port}/oauth2/callback` };
    const target = { ...gate.target, client };
    await assert.rejects(
      grantIdToken(target, { email: "ada@example.com", password: "correct", ...person }),
      (error) => error instanceof Error && (error instanceof GrantRefused || /which is not/.test(error.message)),
    );
    const posted = gate.requests
      .filter(({ method }) => method === "POST")
      .map(({ host, body }) => [host.split(":")[0], body]);
    const asked = new URL(gate.requests[0]?.path ?? "", gate.target.gate).searchParams.get("connector_id");
    await gate.close();
    return { asked, posted };
  };
  const issuer = () => new URL(`https://${echoName}:${gate?.port}/dex`);

  it("is asked for by Dex's own passwords, unless a connector is the person's", async () => {
    const { asked, posted } = await ask({});
    assert.equal(asked, "local");
    assert.deepEqual(posted[0], [gateName, "login=ada%40example.com&password=correct"]);
    assert.equal((await ask({ connector: "directory", login: "ada" })).asked, "directory");
  });

  it("takes the name that the person has there", async () => {
    const { posted } = await ask({ connector: "directory", login: "ada" });
    assert.deepEqual(posted[0], [gateName, "login=ada&password=correct"]);
  });

  it("gives the password to another Dex only where that is the person's", async () => {
    assert.deepEqual((await ask({ connector: "company" })).posted, []);
    const person = {
      connector: "company",
      get issuer() {
        return issuer();
      },
    };
    assert.deepEqual((await ask(person)).posted[0], [echoName, "login=ada%40example.com&password=correct"]);
    const other = { connector: "directory", issuer: new URL("https://login.example.com/dex") };
    assert.deepEqual((await ask(other)).posted, []);
  });
});
