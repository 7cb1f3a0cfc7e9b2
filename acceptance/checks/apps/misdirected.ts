import { type Check } from "../../check";
import { askHttp2, requestFields } from "../../http/http2";
import { appOf } from "./theApp";

/** Browsers keep one connection for all hosts of a certificate, and each host has its own listener. */
export const misdirected: Check = {
  area: "apps",
  name: "misdirected",
  proves:
    "A request for an application on a connection that was opened for the gate, and the other way round, gets 421, on which browsers open another connection; on its own connection it does not.",
  mend: "The filter `gatehouse.misdirected` compares the name in TLS with the request's host (documents/gateway/misdirected.lua).",
  exercises: ["gateway"],
  needs: ["app"],
  async run({ target, probe, signal }) {
    const { gate } = target;
    const app = appOf(target);
    const statusOf = async (asked: URL, connection: URL): Promise<number | string> => {
      const came = await askHttp2(target, connection, requestFields(asked, "/probe"), { signal });
      return came.kind === "answer" ? came.status : came.kind;
    };
    const stranger = new URL(`https://not-an-application.${gate.hostname}/`);
    for (const [what, asked, connection] of [
      ["the application on the gate's connection", app, gate],
      ["the gate on the application's connection", gate, app],
      ["a host without an application on the gate's connection", stranger, gate],
    ] as const) {
      const came = await statusOf(asked, connection);
      probe.expect(came === 421, `${what}: 421`, `${what}: 421 was wanted; came ${came}`);
    }
    for (const url of [app, gate]) {
      const came = await statusOf(url, url);
      probe.expect(
        came !== 421 && typeof came === "number",
        `${url.hostname} on its own connection: ${came}`,
        `${url.hostname} on its own connection: an answer was wanted; came ${came}`,
      );
    }
  },
};
