import assert from "node:assert/strict";
import { type Check } from "../../../acceptance/check";
import { certificateAuthority } from "../../../acceptance/checks/rotation/certificateAuthority";
import { clientSecret } from "../../../acceptance/checks/rotation/clientSecret";
import { cookieSecret } from "../../../acceptance/checks/rotation/cookieSecret";
import { leafRenewed } from "../../../acceptance/checks/rotation/leafRenewed";
import { hurry, outcomeOf, withoutSessions } from "../cluster/fakePlatform";
import { FakeRotation, oldAuthoritysLeaf } from "./fakeRotation";

describe("rotation: where there is no oauth2-proxy", () => {
  let stage: FakeRotation;
  beforeEach(async () => (stage = await FakeRotation.start(withoutSessions)));
  afterEach(() => stage.close());

  const right: [check: Check, change: () => void | Promise<void>][] = [
    [clientSecret(hurry), () => stage.newClientSecret()],
    [certificateAuthority(hurry), async () => void (await stage.newAuthority())],
    [leafRenewed(hurry), () => undefined],
  ];

  for (const [check, change] of right) {
    it(`${check.name} passes with tokens and nobody alone, and says that it looked at no session`, async () => {
      assert.ok(!check.needs.includes("sessions"));
      stage.issuesLeaves(true);
      const { faults, figures, right: seen } = await stage.outcome(check, change);
      assert.deepEqual(faults, []);
      assert.ok(figures.includes("sessions looked at (none without oauth2-proxy)"));
      const said = [...figures, ...seen].join("\n");
      assert.match(said, /: a new token of Dex can be had and lets its holder in/);
      assert.match(said, /requests with a token/);
      assert.match(said, /requests without identity/);
      assert.doesNotMatch(said, /requests with a session|sign-in/);
    });

    it(`${check.name} fails where whoever has no identity gets in`, async () => {
      stage.issuesLeaves(true);
      stage.platform.faults.failsOpen = true;
      assert.match(await stage.faultsOf(check, change), /requests without identity, none should come through wrongly/);
    });

    it(`${check.name} fails where somebody new does not get in afterwards`, async () => {
      stage.issuesLeaves(true);
      stage.platform.faults.refusesToken = (number) => number > 1;
      assert.match(await stage.faultsOf(check, change), /in vain: .*: a new token of Dex can be had/);
    });
  }

  it("client-secret fails where the command changes nothing", async () => {
    const faults = await stage.faultsOf(clientSecret(hurry));
    assert.match(faults, /the command changed nothing/);
    assert.match(faults, /in vain: Dex refuses the old client secret/);
  });

  it("client-secret fails where Dex still takes the old one", async () => {
    const faults = await stage.faultsOf(clientSecret(hurry), () => {
      stage.newClientSecret();
      stage.platform.state.accepted = ["client-secret-1", "client-secret-2"];
    });
    assert.match(faults, /in vain: Dex refuses the old client secret/);
  });

  it("client-secret fails where Dex takes another one than is written in the cluster", async () => {
    const faults = await stage.faultsOf(clientSecret(hurry), () => {
      stage.newClientSecret();
      stage.platform.state.accepted = ["client-secret-3"];
    });
    assert.match(faults, /in vain: clientSecret rotated: a new token of Dex.*invalid_client/);
  });

  it("client-secret fails where one request with a token is refused meanwhile", async () => {
    let asked = 0;
    // The first request made sure of the token.
    stage.platform.faults.refusesToken = (number) => number === 1 && (asked += 1) === 2;
    const faults = await stage.faultsOf(clientSecret(hurry), () => stage.newClientSecret());
    assert.match(faults, /with a token should be answered as if nothing happened; it came to 1 × status 403/);
  });

  it("certificate-authority fails where the gate still shows a certificate of the old one", async () => {
    const old = await oldAuthoritysLeaf();
    const faults = await stage.faultsOf(certificateAuthority(hurry), async () => void (await stage.newAuthority(old)));
    assert.match(faults, /in vain: 10 handshakes in a row verify with the new CA alone/);
  });

  it("leaf-renewed fails where the gate goes on with the old one", async () => {
    stage.issuesLeaves(false);
    assert.match(
      await stage.faultsOf(leafRenewed(hurry)),
      /in vain: 10 handshakes in a row show the renewed certificate/,
    );
  });

  it("leaf-renewed says that nobody used the renewed internal certificate", async () => {
    stage.issuesLeaves(true);
    const { figures } = await stage.outcome(leafRenewed(hurry));
    assert.ok(figures.includes("connections over the renewed internal certificate (none without oauth2-proxy)"));
  });

  it("cookie-secret needs sessions, and rotates nothing without them", async () => {
    const check = cookieSecret(hurry);
    assert.ok(check.needs.includes("sessions"));
    const { faults, right: seen } = await outcomeOf(stage.platform, (context) => check.run(context));
    assert.match(faults.join("\n"), /^ended: the deployment has no oauth2-proxy/);
    assert.deepEqual(seen, []);
    assert.throws(() => stage.told, /ENOENT/);
  });
});
