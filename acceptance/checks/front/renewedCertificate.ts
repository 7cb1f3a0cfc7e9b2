import { type Check, type CheckContext } from "../../check";
import { waitFor } from "../../cluster/wait";
import { runCommand } from "../../command";
import { ask } from "../../http/request";

/** Handshakes in a row that must all show the new certificate: there may be several pods. */
const handshakes = 10;

/** Who renews it is somebody else; the gateway has to notice. */
export function renewedCertificate(within = 60_000): Check {
  return {
    area: "front",
    name: "renewed-certificate",
    proves:
      "A renewed certificate that somebody else puts in its place is shown at the next handshakes, within seconds, and is trusted as the one before.",
    mend: "The gateway takes the Secret through istiod, which must be allowed to read Secrets in `ingress`. Is it of type kubernetes.io/tls, with the chain in tls.crt, the leaf first, and its key in tls.key?",
    exercises: ["gateway", "istiod"],
    needs: ["renew"],
    timeout: 180,
    async run(context) {
      const { target, probe, signal } = context;
      const before = await serial(context);
      await runCommand(context, target.renewCommand, {}, "renews the certificate");
      const started = Date.now();
      let failed = 0;
      let now = before;
      const look = async () => {
        for (let count = 0; count < handshakes; count += 1) {
          now = await serial(context).catch(() => {
            failed += 1;
            return before;
          });
          if (now === before) {
            return undefined;
          }
        }
        return true;
      };
      await waitFor(`${handshakes} handshakes in a row show another certificate`, look, { within, signal });
      probe.figure("renewed certificate in use after", Date.now() - started, "ms");
      probe.expect(
        before !== undefined && now !== undefined,
        "the renewed certificate is shown and trusted",
        "there should have been a certificate before and after",
      );
      probe.expect(failed === 0, "no handshake failed meanwhile", `${failed} handshakes failed meanwhile`);
    },
  };
}

async function serial({ target, signal }: CheckContext): Promise<string | undefined> {
  return (await ask(target, target.gate, "/", { signal })).certificate?.serialNumber;
}
