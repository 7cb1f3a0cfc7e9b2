import { type Check } from "../../check";
import { publicNames, shakeHands } from "./handshake";
import { isModernName } from "./suites";

/** What clients of today speak. */
export const todaysVersions: Check = {
  area: "tls",
  name: "todays-versions",
  proves:
    "TLS 1.2 and TLS 1.3 are accepted at every public name, each with forward secrecy and authenticated encryption.",
  mend: "Look at `minProtocolVersion`, `maxProtocolVersion` and `cipherSuites` of the Gateway resource `gatehouse`, and at the policy of a load balancer that ends TLS.",
  exercises: ["gateway"],
  needs: [],
  async run({ target, probe, signal }) {
    for (const url of publicNames(target)) {
      for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
        try {
          const { protocol, cipher } = await shakeHands(
            target,
            url,
            { minVersion: version, maxVersion: version },
            signal,
          );
          probe.expect(
            protocol === version && isModernName(cipher),
            `${url.hostname}: ${version} with ${cipher}`,
            `${url.hostname}: ${version} with forward secrecy and authenticated encryption was wanted; came ${protocol} with ${cipher}`,
          );
        } catch (error) {
          signal.throwIfAborted();
          const why = error instanceof Error ? error.message : "an error";
          probe.wrong(`${url.hostname}: a handshake of ${version} should succeed; it ended with: ${why}`);
        }
      }
    }
  },
};
