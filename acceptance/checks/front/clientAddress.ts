import { type Check } from "../../check";
import { seenByBackend } from "../../echo";
import { type Answer } from "../../http/request";
import { askEcho } from "../../tokens/ask";
import { bearerOf } from "../spoofing/credentials";
import { headerLines } from "../spoofing/headerLines";
import { claims, forged } from "./forgedAddresses";

/** Whose request it is, for the application's own log and limits. */
export const clientAddress: Check = {
  area: "front",
  name: "client-address",
  proves:
    "An application learns the client's own address as the first one in X-Forwarded-For, and nothing of an address that the client claims in that header, in Forwarded, X-Real-IP and their like.",
  mend: "Compare what stands in front of the gateway with the table in docs/12-load-balancer.md: `ingress.clientAddress.trustedHops` must be the number of proxies that add an address to X-Forwarded-For, and a balancer with the PROXY protocol must write its header.",
  exercises: ["gateway"],
  needs: ["client-address", "user", "client", "echo"],
  async run(context) {
    const { target, probe } = context;
    const { headers: credential } = await bearerOf(context);
    for (const { what, headers } of claims) {
      const answer = await askEcho(context, [...credential, ...headers]);
      const wrong = wrongAddress(answer, target.clientAddress ?? "");
      probe.expect(
        wrong === undefined,
        `${what}: the application sees the client as ${target.clientAddress}`,
        `${what}: the application should see the client as ${target.clientAddress} and no address of its choice; came ${wrong}`,
      );
    }
  },
};

/** What an application got to see that is not the client's address, or that the client wrote. */
export function wrongAddress(answer: Answer, address: string): string | undefined {
  if (seenByBackend(answer) === undefined) {
    return `status ${answer.status}`;
  }
  const lines = headerLines(answer);
  const valuesOf = (wanted: string) => lines.filter(({ name }) => name === wanted).map(({ value }) => value);
  const claimed = lines.find(({ value }) => forged.some((each) => value.includes(each)));
  if (claimed !== undefined) {
    return `${claimed.name} as the client wrote it`;
  }
  const [first = ""] = valuesOf("x-forwarded-for").join(",").split(",");
  if (first.trim() !== address) {
    return `X-Forwarded-For with ${first.trim() || "nothing"} first`;
  }
  // Envoy writes it for addresses of outside only.
  const external = valuesOf("x-envoy-external-address").find((value) => value !== address);
  return external === undefined ? undefined : `X-Envoy-External-Address with ${external}`;
}
