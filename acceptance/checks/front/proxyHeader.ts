import { type Check, type CheckContext, endsTls } from "../../check";
import { seenByBackend } from "../../echo";
import { readAnswers, requestText } from "../../http/wire";
import { echoOf } from "../../tokens/parts";
import { bearerOf } from "../spoofing/credentials";
import { headerLines } from "../spoofing/headerLines";
import { signature2, version1, version2 } from "./proxyProtocol";
import { sayAt } from "./rawConnection";

const client = "198.51.100.7";
const nothing = Buffer.alloc(0);

/** Beginnings that are no header, or none that names a client. */
const broken: readonly [what: string, first: Buffer][] = [
  ["no header", nothing],
  ["a header of version 1 without addresses", Buffer.from("PROXY TCP4\r\n")],
  ["a header of version 1 with what is no address", Buffer.from("PROXY TCP4 999.1.1.1 192.0.2.1 1 2\r\n")],
  ["a header of version 1 without its end", Buffer.from(`PROXY TCP4 ${client} 192.0.2.1 40000 443`.padEnd(120, " "))],
  ["a header of version 2 that is cut off", signature2],
  ["a header of version 3", Buffer.concat([signature2, Buffer.from([0x31, 0x11, 0, 12]), Buffer.alloc(12)])],
  ["a header in lower case", Buffer.from(`proxy tcp4 ${client} 192.0.2.1 40000 443\r\n`)],
];

/** Where the header is demanded, nothing goes without, and its address is the client's. */
export const proxyHeader: Check = {
  area: "front",
  name: "proxy-protocol",
  proves:
    "From a trusted address a connection without the PROXY protocol's header, or with a broken one, is closed without a byte, and one with the header of version 1 or 2 has its address as the client's.",
  mend: "`ingress.clientAddress.proxyProtocol` must be `required`, and the EnvoyFilter `gatehouse` in the gateway's listeners: istioctl proxy-config listeners; --bare must name a way that adds no header of its own.",
  exercises: ["gateway"],
  needs: ["bare", "user", "client", "echo"],
  timeout: 120,
  async run(context) {
    const { probe } = context;
    const { headers: credential } = await bearerOf(context);
    for (const [what, first] of [
      ["version 1", version1(client)],
      ["version 2", version2(client)],
    ] as const) {
      const came = await say(context, first, credential);
      const [answer] = came.how === "answers" ? readAnswers(Buffer.from(came.text), true).answers : [];
      const seen = answer === undefined || seenByBackend(answer) === undefined ? undefined : headerLines(answer);
      const list = seen?.find(({ name }) => name === "x-forwarded-for")?.value ?? "nothing";
      probe.expect(
        list === client,
        `a header of ${what}: the application sees the client as ${client}`,
        `a header of ${what}: the application should see the client as ${client} alone; came ${answer === undefined ? came.how : `status ${answer.status}, X-Forwarded-For ${list}`}`,
      );
    }
    for (const [what, first] of broken) {
      const came = await say(context, first, credential);
      probe.expect(
        came.how === "closed",
        `${what}: ${came.how}`,
        `${what}: the connection should be closed without a byte; it ${came.how === "answers" ? "is answered" : `is ${came.how}`}`,
      );
    }
  },
};

function say({ target, signal }: CheckContext, first: Buffer, credential: readonly (readonly [string, string])[]) {
  const echo = echoOf(target);
  const request = requestText("GET / HTTP/1.1", [
    ["Host", echo.host],
    ["Accept", "application/json"],
    ...credential,
    ["Connection", "close"],
  ]);
  const place = target.front?.bare;
  if (place === undefined) {
    throw new Error("no way without a header was named");
  }
  return sayAt(
    { ...target, gate: echo },
    place,
    { first, request, tls: !endsTls(target.front) },
    { patience: 5000, signal },
  );
}
