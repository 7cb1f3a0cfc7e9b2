import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../../acceptance/check";
import { certificateAuthority } from "../../../acceptance/checks/rotation/certificateAuthority";
import { clientSecret } from "../../../acceptance/checks/rotation/clientSecret";
import { cookieSecret } from "../../../acceptance/checks/rotation/cookieSecret";
import { leafRenewed } from "../../../acceptance/checks/rotation/leafRenewed";
import { rotate } from "../../../acceptance/checks/rotation/rotate";
import { authority, issue, type Issued } from "../certificates";
import { contextFor, fakeAuthority, gateName } from "../fakeGate";
import { type FakePlatform, fakePlatform, hurry, outcomeOf } from "../cluster/fakePlatform";

const names = [gateName, `*.${gateName}`];

describe("rotation", () => {
  let platform: FakePlatform;
  let folder: string;
  let context: SecureContext;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "gatehouse-rotation-"));
    const ca = await fakeAuthority();
    const first = await issue(ca, names);
    context = createSecureContext(first);
    // The certificate of this moment, as Envoy takes it for the next handshake.
    const tls = { SNICallback: (_: string, done: (error: null, given: SecureContext) => void) => done(null, context) };
    const rotateCommand = `printf %s "$GATEHOUSE_ROTATE" > ${join(folder, "rotated")}; sleep 0.05`;
    platform = await fakePlatform({}, { tls, target: { rotateCommand } });
    platform.cluster.secret("auth", "gatehouse-ca", { "ca.crt": ca.cert });
    for (const name of ["gatehouse-edge", "gatehouse-internal"]) {
      platform.cluster.certificate("ingress", name);
      platform.cluster.secret("ingress", name, { "tls.crt": first.cert });
    }
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await platform.close();
  });

  /** Changes the deployment as soon as the command has run. */
  const whenRotated = (change: () => void | Promise<void>) => {
    const look = async () => {
      for (let count = 0; count < 2000; count += 1) {
        try {
          readFileSync(join(folder, "rotated"));
          return await change();
        } catch {
          await sleep(2);
        }
      }
    };
    return look();
  };
  const outcome = async (check: Check, change: () => void | Promise<void> = () => undefined) => {
    const [said] = await Promise.all([
      outcomeOf(platform, (given) => check.run(given)),
      check.name === "leaf-renewed" ? undefined : whenRotated(change),
    ]);
    return said;
  };
  const faultsOf = async (...args: Parameters<typeof outcome>) => (await outcome(...args)).faults.join("\n");

  describe("of the cookie secret", () => {
    it("passes where old sessions end and new ones begin", async () => {
      const { faults, figures } = await outcome(cookieSecret(hurry), () => void (platform.state.cookieSecret = 2));
      assert.deepEqual(faults, []);
      assert.equal(readFileSync(join(folder, "rotated"), "utf8"), "cookieSecret");
      assert.ok(figures.includes("cookieSecret: the command took"));
    });

    it("fails where the command changes nothing", async () => {
      assert.match(await faultsOf(cookieSecret(hurry)), /old session refused.* in vain|in vain.*old session refused/);
    });

    it("fails where one replica still has the old key", async () => {
      let count = 0;
      const faults = await faultsOf(cookieSecret(hurry), () => {
        platform.state.cookieSecret = 2;
        Object.defineProperty(platform.state, "oldCookieSecrets", {
          get: () => ((count += 1) % 4 === 0 ? [1] : []),
        });
      });
      assert.match(faults, /a session of before the rotation should be refused/);
    });
  });

  describe("of the client secret", () => {
    const rotated = () => {
      platform.state.clientSecret = "client-secret-2";
      platform.state.accepted = ["client-secret-2"];
      platform.cluster.secret("auth", "oauth2-proxy", { "client-secret": "client-secret-2" });
    };

    it("passes where both sides have the new one, and lets the rest of the suite have it, too", async () => {
      const { gate, target } = platform;
      target.client = {
        id: "oauth2-proxy",
        secret: "client-secret-1",
        redirectUri: `${gate.target.gate.origin}/oauth2/callback`,
      };
      const { faults } = await outcome(clientSecret(hurry), rotated);
      assert.deepEqual(faults, []);
      assert.equal(target.client?.secret, "client-secret-2");
    });

    it("fails where the command changes nothing", async () => {
      assert.match(await faultsOf(clientSecret(hurry)), /the command changed nothing/);
    });

    it("fails where Dex still takes the old one", async () => {
      const faults = await faultsOf(clientSecret(hurry), () => {
        rotated();
        platform.state.accepted = ["client-secret-1", "client-secret-2"];
      });
      assert.match(faults, /in vain: Dex refuses the old client secret/);
    });

    it("fails where Dex has another one than oauth2-proxy", async () => {
      const faults = await faultsOf(clientSecret(hurry), () => {
        rotated();
        platform.state.accepted = ["client-secret-3"];
      });
      assert.match(faults, /in vain: clientSecret rotated: a new sign-in works/);
    });
  });

  describe("of the private CA", () => {
    const rotated = async (served?: Issued) => {
      const ca = await authority("Another CA");
      platform.cluster.secret("auth", "gatehouse-ca", { "ca.crt": ca.cert });
      context = createSecureContext(served ?? (await issue(ca, names)));
      return ca.cert;
    };

    it("passes where the gate shows a certificate of the new one, which the rest of the suite trusts", async () => {
      let fresh = "";
      const { faults } = await outcome(certificateAuthority(hurry), async () => void (fresh = await rotated()));
      assert.deepEqual(faults, []);
      assert.equal(platform.target.ca, fresh);
    });

    it("fails where the command changes nothing", async () => {
      assert.match(await faultsOf(certificateAuthority(hurry)), /changed nothing/);
    });

    it("fails where the gate still shows a certificate of the old one", async () => {
      const old = await issue(await fakeAuthority(), names);
      const faults = await faultsOf(certificateAuthority(hurry), async () => void (await rotated(old)));
      assert.match(faults, /in vain: 10 handshakes in a row verify with the new CA alone/);
    });
  });

  describe("of the leaf", () => {
    const issued = (serve: boolean) => async (title: string) => {
      const leaf = await issue(await fakeAuthority(), names);
      const [namespace = "", name = ""] = title.split("/");
      platform.cluster.secret(namespace, name, { "tls.crt": leaf.cert });
      if (serve && name === "gatehouse-edge") {
        context = createSecureContext(leaf);
      }
    };

    it("passes where cert-manager renews it and the gate shows it at once", async () => {
      platform.cluster.issues = issued(true);
      const { faults, figures } = await outcome(leafRenewed(hurry));
      assert.deepEqual(faults, []);
      assert.ok(figures.includes("renewed certificate in use after"));
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
      assert.match(await faultsOf(leafRenewed(hurry)), /in vain: cert-manager renews ingress\/gatehouse-edge/);
    });

    it("fails where the gate goes on with the old one", async () => {
      platform.cluster.issues = issued(false);
      assert.match(await faultsOf(leafRenewed(hurry)), /in vain: 10 handshakes in a row show the renewed certificate/);
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
