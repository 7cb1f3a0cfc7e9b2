import assert from "node:assert/strict";
import { createSecureContext } from "node:tls";
import { shakeHands } from "../../../acceptance/checks/tls/handshake";
import { ask } from "../../../acceptance/http/request";
import { exchange, requestText } from "../../../acceptance/http/wire";
import { issue } from "../certificates";
import { fakeAuthority, fakeGate } from "../fakeGate";

describe("a gate whose domain is an address", () => {
  /** A gate at 127.0.0.1 whose certificate is for this address, and the names that came in SNI. */
  async function gateFor(address: string) {
    const asked: string[] = [];
    const issued = await issue(await fakeAuthority(), [address]);
    const gate = await fakeGate(() => ({ status: 404 }), {
      tls: {
        ...issued,
        SNICallback: (name, answer) => {
          asked.push(name);
          answer(null, createSecureContext(issued));
        },
      },
    });
    const url = new URL(`https://127.0.0.1:${gate.port}/`);
    return { gate, asked, url, target: { ...gate.target, gate: url } };
  }

  it("is asked without a name in SNI, and its certificate is checked for the address", async () => {
    const { gate, asked, url, target } = await gateFor("127.0.0.1");
    try {
      assert.equal((await ask(target, url, "/")).status, 404);
      const request = requestText("GET / HTTP/1.1", [
        ["Host", url.host],
        ["Connection", "close"],
      ]);
      assert.deepEqual(
        (await exchange(target, url, request)).answers.map(({ status }) => status),
        [404],
      );
      await shakeHands(target, url);
      assert.deepEqual([asked, gate.requests.map(({ serverName }) => serverName)], [[], ["", ""]]);
    } finally {
      await gate.close();
    }
  });

  it("is not believed with a certificate for another address, although it was reached", async () => {
    const { gate, url, target } = await gateFor("127.0.0.2");
    try {
      const refused = /IP: 127\.0\.0\.1 is not in the cert's list: 127\.0\.0\.2/;
      await assert.rejects(ask(target, url, "/"), refused);
      await assert.rejects(exchange(target, url, "GET / HTTP/1.1\r\n\r\n"), refused);
    } finally {
      await gate.close();
    }
  });
});
