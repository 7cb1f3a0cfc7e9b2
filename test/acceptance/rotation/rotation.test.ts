import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { certificateAuthority } from "../../../acceptance/checks/rotation/certificateAuthority";
import { clientSecret } from "../../../acceptance/checks/rotation/clientSecret";
import { cookieSecret } from "../../../acceptance/checks/rotation/cookieSecret";
import { leafRenewed } from "../../../acceptance/checks/rotation/leafRenewed";
import { rotate } from "../../../acceptance/checks/rotation/rotate";
import { contextFor } from "../fakeGate";
import { type FakePlatform, hurry } from "../cluster/fakePlatform";
import { FakeRotation, oldAuthoritysLeaf } from "./fakeRotation";

describe("rotation", () => {
  let stage: FakeRotation;
  let platform: FakePlatform;
  beforeEach(async () => {
    stage = await FakeRotation.start();
    ({ platform } = stage);
  });
  afterEach(() => stage.close());

  const looksAtSessions = (figures: readonly string[]) => {
    assert.ok(figures.some((figure) => figure.endsWith("requests with a session")));
    assert.ok(figures.some((figure) => figure.endsWith("a new sign-in works after")));
    assert.ok(!figures.some((figure) => figure.includes("none without oauth2-proxy")));
  };

  describe("of the cookie secret", () => {
    it("passes where old sessions end and new ones begin", async () => {
      const { faults, figures } = await stage.outcome(
        cookieSecret(hurry),
        () => void (platform.state.cookieSecret = 2),
      );
      assert.deepEqual(faults, []);
      assert.equal(stage.told, "cookieSecret");
      assert.ok(figures.includes("cookieSecret: the command took"));
    });

    it("fails where the command changes nothing", async () => {
      assert.match(
        await stage.faultsOf(cookieSecret(hurry)),
        /old session refused.* in vain|in vain.*old session refused/,
      );
    });

    it("fails where one replica still has the old key", async () => {
      let count = 0;
      const faults = await stage.faultsOf(cookieSecret(hurry), () => {
        platform.state.cookieSecret = 2;
        Object.defineProperty(platform.state, "oldCookieSecrets", {
          get: () => ((count += 1) % 4 === 0 ? [1] : []),
        });
      });
      assert.match(faults, /a session of before the rotation should be refused/);
    });
  });

  describe("of the client secret", () => {
    it("passes where both sides have the new one, and lets the rest of the suite have it, too", async () => {
      const { gate, target } = platform;
      target.client = {
        id: "oauth2-proxy",
        secret: "client-secret-1",
        redirectUri: `${gate.target.gate.origin}/oauth2/callback`,
      };
      const { faults, figures } = await stage.outcome(clientSecret(hurry), () => stage.newClientSecret());
      assert.deepEqual(faults, []);
      looksAtSessions(figures);
      assert.equal(target.client?.secret, "client-secret-2");
    });

    it("fails where the command changes nothing", async () => {
      assert.match(await stage.faultsOf(clientSecret(hurry)), /the command changed nothing/);
    });

    it("fails where Dex still takes the old one", async () => {
      const faults = await stage.faultsOf(clientSecret(hurry), () => {
        stage.newClientSecret();
        platform.state.accepted = ["client-secret-1", "client-secret-2"];
      });
      assert.match(faults, /in vain: Dex refuses the old client secret/);
    });

    it("fails where Dex has another one than oauth2-proxy", async () => {
      const faults = await stage.faultsOf(clientSecret(hurry), () => {
        stage.newClientSecret();
        platform.state.accepted = ["client-secret-3"];
      });
      assert.match(faults, /in vain: clientSecret rotated: a new sign-in works/);
    });
  });

  describe("of the private CA", () => {
    it("passes where the gate shows a certificate of the new one, which the rest of the suite trusts", async () => {
      let fresh = "";
      const { faults, figures } = await stage.outcome(certificateAuthority(hurry), async () => {
        fresh = await stage.newAuthority();
      });
      assert.deepEqual(faults, []);
      looksAtSessions(figures);
      assert.equal(platform.target.ca, fresh);
    });

    it("fails where the command changes nothing", async () => {
      assert.match(await stage.faultsOf(certificateAuthority(hurry)), /changed nothing/);
    });

    it("fails where the gate still shows a certificate of the old one", async () => {
      const old = await oldAuthoritysLeaf();
      const faults = await stage.faultsOf(
        certificateAuthority(hurry),
        async () => void (await stage.newAuthority(old)),
      );
      assert.match(faults, /in vain: 10 handshakes in a row verify with the new CA alone/);
    });
  });

  describe("of the leaf", () => {
    it("passes where cert-manager renews it and the gate shows it at once", async () => {
      stage.issuesLeaves(true);
      const { faults, figures } = await stage.outcome(leafRenewed(hurry));
      assert.deepEqual(faults, []);
      assert.ok(figures.includes("renewed certificate in use after"));
      looksAtSessions(figures);
      const { conditions } = platform.cluster.certificates.get("ingress/gatehouse-edge")?.status ?? assert.fail();
      assert.deepEqual(
        conditions.map(({ type, reason }) => [type, reason]),
        [
          ["Ready", undefined],
          ["Issuing", "ManuallyTriggered"],
        ],
      );
    });

    it("fails where cert-manager does nothing", async () => {
      assert.match(await stage.faultsOf(leafRenewed(hurry)), /in vain: cert-manager renews ingress\/gatehouse-edge/);
    });

    it("fails where the gate goes on with the old one", async () => {
      stage.issuesLeaves(false);
      assert.match(
        await stage.faultsOf(leafRenewed(hurry)),
        /in vain: 10 handshakes in a row show the renewed certificate/,
      );
    });
  });
});

describe("the command that rotates", () => {
  const run = (rotateCommand: string | undefined, signal = AbortSignal.timeout(5_000)) =>
    rotate(contextFor({ rotateCommand } as never, signal), "cookieSecret");

  it("fails the check where it fails", async () => {
    await assert.rejects(run("exit 3"), /the command that rotates cookieSecret ended with 3/);
    await assert.rejects(run(undefined), /no command/);
  });

  it("ends with the check, with everything that it started", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-rotation-"));
    const file = join(folder, "pid");
    writeFileSync(file, "");
    const controller = new AbortController();
    const running = run(`sh -c 'echo $$ > ${file}; exec sleep 60'; echo never`, controller.signal);
    while (readFileSync(file, "utf8") === "") {
      await sleep(5);
    }
    controller.abort(new Error("told to end"));
    await assert.rejects(running, /told to end/);
    assert.throws(() => process.kill(Number(readFileSync(file, "utf8")), 0), /ESRCH/);
    rmSync(folder, { recursive: true });
  });
});
