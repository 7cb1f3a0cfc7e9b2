import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../../acceptance/check";
import { type FakePlatform, fakePlatform, outcomeOf } from "../cluster/fakePlatform";
import { authority, issue, type Issued } from "../certificates";
import { fakeAuthority, gateName } from "../fakeGate";

const names = [gateName, `*.${gateName}`];

/** A fake platform whose secrets and certificates can be replaced while a check looks. */
export class FakeRotation {
  private constructor(
    readonly platform: FakePlatform,
    readonly folder: string,
    /** The certificate of this moment, as Envoy takes it for the next handshake. */
    private readonly served: { context: SecureContext },
  ) {}

  static async start(platformOf: typeof fakePlatform = fakePlatform): Promise<FakeRotation> {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-rotation-"));
    const ca = await fakeAuthority();
    const first = await issue(ca, names);
    const served = { context: createSecureContext(first) };
    const tls = {
      SNICallback: (_: string, done: (error: null, given: SecureContext) => void) => done(null, served.context),
    };
    const rotateCommand = `printf %s "$GATEHOUSE_ROTATE" > ${join(folder, "rotated")}; sleep 0.05`;
    const platform = await platformOf({}, { tls, target: { rotateCommand } });
    platform.cluster.secret("auth", "gatehouse-ca", { "ca.crt": ca.cert });
    for (const name of ["gatehouse-edge", "gatehouse-internal"]) {
      platform.cluster.certificate("ingress", name);
      platform.cluster.secret("ingress", name, { "tls.crt": first.cert });
    }
    return new FakeRotation(platform, folder, served);
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await this.platform.close();
  }

  /** What a check says, with a change of the deployment as soon as the command has run. */
  async outcome(check: Check, change: () => void | Promise<void> = () => undefined) {
    const [said] = await Promise.all([
      outcomeOf(this.platform, (given) => check.run(given)),
      check.needs.includes("rotate") ? this.#whenRotated(change) : undefined,
    ]);
    return said;
  }

  async faultsOf(...args: Parameters<FakeRotation["outcome"]>): Promise<string> {
    return (await this.outcome(...args)).faults.join("\n");
  }

  /** What the command was told to rotate. */
  get told(): string {
    return readFileSync(join(this.folder, "rotated"), "utf8");
  }

  newClientSecret(): void {
    const { state, cluster } = this.platform;
    state.clientSecret = "client-secret-2";
    state.accepted = ["client-secret-2"];
    cluster.secret("auth", "oauth2-proxy", { "client-secret": "client-secret-2" });
  }

  /** Gives the new CA's certificate. */
  async newAuthority(served?: Issued): Promise<string> {
    const ca = await authority("Another CA");
    this.platform.cluster.secret("auth", "gatehouse-ca", { "ca.crt": ca.cert });
    this.served.context = createSecureContext(served ?? (await issue(ca, names)));
    return ca.cert;
  }

  /** Has cert-manager issue what is asked for; `serve` is whether the gate shows it then. */
  issuesLeaves(serve: boolean): void {
    const { cluster } = this.platform;
    cluster.issues = async (title) => {
      const leaf = await oldAuthoritysLeaf();
      const [namespace = "", name = ""] = title.split("/");
      cluster.secret(namespace, name, { "tls.crt": leaf.cert });
      if (serve && name === "gatehouse-edge") {
        this.served.context = createSecureContext(leaf);
      }
    };
  }

  async #whenRotated(change: () => void | Promise<void>): Promise<void> {
    for (let count = 0; count < 2000; count += 1) {
      try {
        readFileSync(join(this.folder, "rotated"));
        return await change();
      } catch {
        await sleep(2);
      }
    }
  }
}

/** A certificate for the gate from the CA that it began with. */
export async function oldAuthoritysLeaf(): Promise<Issued> {
  return issue(await fakeAuthority(), names);
}
