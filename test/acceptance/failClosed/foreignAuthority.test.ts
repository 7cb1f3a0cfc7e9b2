import assert from "node:assert/strict";
import { foreignAuthority } from "../../../acceptance/checks/failClosed/foreignAuthority";
import { FakeStatus } from "../cluster/fakeCluster";
import { type FakePlatform, fakePlatform, type Faults, hurry, outcomeOf } from "../cluster/fakePlatform";

describe("fail closed: a foreign CA in place of the private one", () => {
  let platform: FakePlatform | undefined;
  afterEach(() => platform?.close());

  const outcome = async (faults: Faults = {}, prepare: (platform: FakePlatform) => void = () => undefined) => {
    platform = await fakePlatform(faults);
    prepare(platform);
    const said = await outcomeOf(platform, (context) => foreignAuthority(hurry).run(context));
    const { data = {} } = platform.cluster.secrets.get("auth/gatehouse-ca") ?? {};
    return { ...said, authority: Buffer.from(data["ca.crt"] ?? "", "base64").toString("utf8"), platform };
  };

  it("passes where every sign-in ends at the callback, and puts the right CA back", async () => {
    const { faults, right, authority, platform: after } = await outcome();
    assert.deepEqual(faults, []);
    assert.equal(authority, "the private CA");
    assert.equal(right.filter((what) => /the callback of a sign-in ends with 500/.test(what)).length, 6);
    assert.equal(right.filter((what) => what === "the cookies that it leaves open nothing").length, 6);
    assert.ok(right.includes("the right CA again: a new sign-in works"));
    const written = after.cluster.changes.filter(({ path }) => path.endsWith("/secrets/gatehouse-ca"));
    assert.equal(written.length, 2);
    assert.match(JSON.stringify(written[0]?.body), /LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t/);
    // Pods read the CA at their start alone.
    const rolledOut = after.cluster.changes.filter(({ body }) => JSON.stringify(body).includes("restarted-for"));
    assert.deepEqual(
      rolledOut.map(({ path }) => path.split("/").at(-1)),
      ["oauth2-proxy", "oauth2-proxy"],
    );
  });

  it("fails where oauth2-proxy talks to whoever has a certificate", async () => {
    const { faults, authority } = await outcome({ verifiesNobody: true });
    assert.match(faults.join("\n"), /should end with 5xx while oauth2-proxy trusts another CA; it came to 302/);
    assert.equal(authority, "the private CA");
  });

  it("fails where an answer with an error leaves a session behind", async () => {
    const { faults } = await outcome({ sessionWithoutCode: true });
    assert.match(faults.join("\n"), /should open nothing; the application's page came with 200/);
  });

  it("fails where sign-in stays away, and says so", async () => {
    const { faults } = await outcome({}, ({ cluster }) => {
      const { rolledOut } = cluster;
      let count = 0;
      cluster.rolledOut = (title) => {
        count += 1;
        if (count === 1) rolledOut(title);
      };
    });
    assert.match(faults.join("\n"), /waited .* in vain: the right CA again: a new sign-in works/);
  });

  it("says what is left to restore by hand when the API server refuses", async () => {
    const { faults } = await outcome({}, ({ cluster }) => {
      let writes = 0;
      cluster.before = ({ method, path }) => {
        if (method === "PATCH" && path.endsWith("/secrets/gatehouse-ca") && (writes += 1) > 1) {
          throw new FakeStatus(403, "Forbidden");
        }
      };
    });
    assert.match(faults.join("\n"), /NOT RESTORED: the Secret auth\/gatehouse-ca had another ca\.crt/);
  });

  it("changes nothing where the platform has no CA to take the place of", async () => {
    const { faults, platform: after } = await outcome({}, ({ cluster }) => cluster.secret("auth", "gatehouse-ca", {}));
    assert.match(faults.join("\n"), /the Secret auth\/gatehouse-ca has no ca\.crt/);
    assert.deepEqual(after.cluster.changes, []);
  });
});
