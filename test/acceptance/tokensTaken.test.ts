import assert from "node:assert/strict";
import { tokensTaken } from "../../acceptance/tokensTaken";
import { deployment, type Deployment } from "./tokens/deployment";

const pace = { within: 2_000, every: 5 };
const signal = () => AbortSignal.timeout(10_000);

describe("the wait for the gate to know Dex's keys", () => {
  let made: Deployment | undefined;
  afterEach(() => made?.close());

  it("is over at once where a genuine token is taken", async () => {
    made = await deployment();
    assert.equal(await tokensTaken(made.target, signal(), { within: 0 }), true);
  });

  it("lasts until the first token is taken", async () => {
    let asked = 0;
    made = await deployment({
      // One replica knows the keys before the other one does.
      breaks: ({ headers }) => headers.authorization !== undefined && [1, 2, 3, 6].includes((asked += 1)),
    });
    assert.equal(await tokensTaken(made.target, signal(), { ...pace, times: 5 }), true);
    assert.equal(asked, 11);
  });

  it("ends when its time is over, or it is told to", async () => {
    made = await deployment({ breaks: () => true });
    assert.equal(await tokensTaken(made.target, signal(), { within: 30, every: 5 }), false);
    assert.equal(await tokensTaken(made.target, AbortSignal.abort(), pace), false);
  });

  it("is none without somebody who could get a token, or without an application to show it to", async () => {
    made = await deployment();
    for (const change of [{ people: [] }, { client: undefined }, { echo: undefined }]) {
      assert.equal(await tokensTaken({ ...made.target, ...change }, signal(), pace), false);
    }
    assert.equal(made.requests.length, 0);
  });
});
