import assert from "node:assert/strict";
import { type Check } from "../../../acceptance/check";
import { desyncs } from "../../../acceptance/checks/paths/desync";
import { notOwn } from "../../../acceptance/checks/paths/ownPage";
import { oneSpelling } from "../../../acceptance/checks/paths/signedIn";
import { smuggling } from "../../../acceptance/checks/paths/smuggling";
import { smugglingSignedIn } from "../../../acceptance/checks/paths/smugglingSignedIn";
import { upgradeTricks } from "../../../acceptance/checks/paths/upgrades";
import { newMark } from "../../../acceptance/http/leaks";
import { contextFor } from "../fakeGate";
import { fakeDoor, type Mistake, page, person, reply } from "./fakeDoor";
import { only } from "./only";

async function resultOf(check: Check, mistake?: Mistake) {
  const gate = await fakeDoor(mistake);
  try {
    const context = contextFor(gate.target);
    await check.run(context);
    return context.probe;
  } finally {
    await gate.close();
  }
}

/** Takes what stands behind the header for a second request, as a gate does that counts no chunks. */
const answersHidden: Mistake = ({ text, behind }) => {
  const hidden = behind.indexOf("GET /hidden");
  return text.startsWith("POST") && hidden >= 0
    ? reply(404) + page(behind.slice(hidden), "victim@example.com")
    : undefined;
};

describe("the check of smuggling", () => {
  const few = /^(length and chunks|a length of nothing and chunks|a second request at once|GET with a body)$/;

  it("passes where each request is refused as a whole, and has much to try", async () => {
    const { pick, all } = only(few);
    const { faults, tried } = await resultOf(smuggling(pick));
    assert.deepEqual(faults, []);
    assert.ok(tried >= 12);
    assert.ok(all() > 200, `${all()} in all`);
  });

  it("finds a hidden request that is answered, and answers of others that are spoilt", async () => {
    const hidden = await resultOf(smuggling(only(few).pick), answersHidden);
    assert.match(hidden.faults.join("\n"), /^for an application: length and chunks: .*; came status 404$/m);
    assert.match(
      hidden.faults.join("\n"),
      /^for Dex: length and chunks: .*; came status 200 and the application's answer$/m,
    );
    let spoilt = 0;
    const others = await resultOf(smuggling(only(/^length and chunks$/).pick), ({ text, path }) => {
      spoilt += text.startsWith("POST /dex/") ? 1 : 0;
      return spoilt > 0 && path.startsWith("/dex/.well-known") ? reply(404, "hidden") : undefined;
    });
    assert.deepEqual(
      others.faults.map((fault) => fault.replace(/should.*; /, "")),
      ["Dex", "oauth2-proxy"].map(
        (name) =>
          `for ${name}: length and chunks: other people's requests Dex's discovery document came as status 404 with another content`,
      ),
    );
  });

  it("writes every shape once, with the hidden request in it", () => {
    const all = desyncs({ path: "/probe", host: "a", headers: "X: 1\r\n" }, "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal(new Set(all.map(({ parts }) => parts.join("|"))).size, all.length);
    assert.equal(new Set(all.map(({ what }) => what)).size, all.length);
    for (const { what, parts } of all) {
      assert.match(parts.join(""), /GET \/hidden HTTP/, what);
    }
  });
});

describe("the checks of what a person with a session gets to see", () => {
  const few = /^(length and chunks|a length of nothing and chunks|HEAD with a body)$/;

  it("pass where everything is the person's own", async () => {
    for (const check of [
      smugglingSignedIn("session", only(few).pick),
      oneSpelling(["/dex/../probe", "/dex/..%2fprobe"]),
    ]) {
      const { faults, tried } = await resultOf(check);
      assert.deepEqual(faults, []);
      assert.ok(tried > 2);
    }
  });

  it("find a hidden request that is answered, and the next person's answer that is another's", async () => {
    const hidden = await resultOf(smugglingSignedIn("session", only(few).pick), answersHidden);
    assert.match(
      hidden.faults.join("\n"),
      /^length and chunks: .*; came the application's answer to a request that was hidden/m,
    );
    let spoilt = false;
    const others = await resultOf(smugglingSignedIn("session", only(few).pick), ({ text, path, signedIn }) => {
      spoilt ||= text.includes("GET /hidden");
      return spoilt && signedIn && path === "/next/1" ? page("X: another request", person.email) : undefined;
    });
    assert.match(
      others.faults.join("\n"),
      /came for the next request of the same person the application's answer to another/,
    );
  });

  it("find a path that the application sees otherwise, and another identity", async () => {
    const odd = await resultOf(oneSpelling(["/dex/..%2fprobe"]), ({ text, path, signedIn }) =>
      signedIn && path === "/dex/..%2fprobe" ? page(text, person.email, path) : undefined,
    );
    assert.match(odd.faults.join("\n"), /came a path that is not tidy: \/dex\/\.\.%2fprobe$/m);
    const other = await resultOf(oneSpelling([]), ({ text, path, signedIn }) =>
      signedIn && path === "/probe" ? page(text, "victim@example.com") : undefined,
    );
    assert.match(other.faults.join("\n"), /came the application's answer to victim@example.com$/m);
  });

  it("prove nothing where the application is never reached", async () => {
    const never: Mistake = ({ path, signedIn }) => (signedIn && path === "/probe" ? reply(400) : undefined);
    assert.match((await resultOf(oneSpelling([]), never)).faults.join("\n"), /refusals prove nothing/);
    assert.match(
      (await resultOf(smugglingSignedIn("session", only(few).pick), never)).faults.join("\n"),
      /nothing could be hidden/,
    );
  });

  it("know an answer for the person's own by its mark, its user and its status", () => {
    const [own, hidden] = [newMark(), newMark()];
    const expected = { person, own, hidden: [hidden], forged: "victim@example.com" };
    const answer = (status: number, user: string, text: string) => ({
      status,
      headers: [],
      body: JSON.stringify({ user, groups: [], headers: { a: text } }),
    });
    assert.equal(notOwn(answer(200, person.email, own.text), expected), undefined);
    assert.equal(notOwn({ status: 403, headers: [], body: "" }, expected), undefined);
    assert.equal(notOwn({ status: 200, headers: [], body: "" }, { ...expected, bodiless: true }), undefined);
    assert.match(notOwn(answer(200, person.email, "other"), expected) ?? "", /another request/);
    assert.match(notOwn(answer(200, "a@example.com", own.text), expected) ?? "", /to a@example.com/);
    assert.match(notOwn(answer(200, "victim@example.com", own.text), expected) ?? "", /the name that a header claimed/);
    assert.match(notOwn(answer(403, person.email, hidden.text), expected) ?? "", /hidden in another/);
    assert.match(notOwn({ status: 502, headers: [], body: "" }, expected) ?? "", /status 502/);
    assert.match(notOwn({ status: 200, headers: [], body: "" }, expected) ?? "", /status 200/);
  });
});

describe("the check of upgrades, over HTTP/1.1", () => {
  it("finds a connection that is handed over, and what is passed behind a refusal", async () => {
    const gate = await fakeDoor(({ text, path, behind }) => {
      if (/upgrade: websocket/i.test(text) && path === "/probe") {
        return "HTTP/1.1 101 Switching Protocols\r\n\r\nbytes";
      }
      return /upgrade: h2c/i.test(text) ? reply(403) + page(behind, null) : undefined;
    });
    const context = contextFor(gate.target);
    try {
      // Its part over HTTP/2 has nobody to speak with here.
      await assert.rejects(
        upgradeTricks(only(/^(a websocket|HTTP\/2 without TLS) at \/probe$|^a call of application\/grpc$/).pick).run(
          context,
        ),
      );
    } finally {
      await gate.close();
    }
    const said = context.probe.faults.join("\n");
    assert.match(said, /a websocket at \/probe: .*; came status 101$/m);
    assert.match(said, /HTTP\/2 without TLS at \/probe: .*; came status 200 and the application's answer$/m);
    assert.match(said, /a websocket as a browser opens it should be refused; came 101/);
  });
});
