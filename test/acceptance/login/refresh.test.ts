import assert from "node:assert/strict";
import { sessionRefreshAfter } from "../../../acceptance/checks/login/sessionRefresh";
import { withShorterRefresh } from "../../../acceptance/checks/login/shorterRefresh";
import { type Target } from "../../../acceptance/check";
import { clusterApi } from "../../../acceptance/cluster/api";
import { contextFor } from "../fakeGate";
import { FakeCluster } from "./fakeCluster";
import { notices, passes } from "./outcome";
import { type Wrong } from "./wrong";

const seconds = 0.3;
const check = sessionRefreshAfter(seconds, 5);
const variable = "OAUTH2_PROXY_COOKIE_REFRESH";

describe("login: the refresh of sessions", () => {
  let cluster: FakeCluster;
  let kubeconfig: string;
  beforeEach(async () => {
    cluster = new FakeCluster(["oauth2-proxy-1", "oauth2-proxy-2"]);
    cluster.env = [{ name: "OTHER", value: "stays" }];
    kubeconfig = await cluster.start();
  });
  afterEach(() => cluster.stop());

  const options = () => ({
    target: { kubeconfig },
    // The fake obeys the setting that the check makes, and nothing else.
    refreshAfter: () => {
      const value = cluster.env?.find(({ name }) => name === variable)?.value;
      return value === undefined ? undefined : Number(value.replace("s", "")) * 1000;
    },
  });

  it("passes on a right deployment, and leaves it as it was", async () => {
    await passes(check, 16, options());
    assert.deepEqual(cluster.env, [{ name: "OTHER", value: "stays" }]);
    assert.equal(cluster.patches.length, 2);
  });

  it("takes its setting away again where there were none", async () => {
    cluster.env = undefined;
    const { target } = contextFor({ kubeconfig } as Target);
    const hands = { api: clusterApi(target), signal: AbortSignal.timeout(5000), busy: () => undefined, every: 5 };
    const during = await withShorterRefresh(hands, 10, () => Promise.resolve(cluster.env));
    assert.deepEqual(during, [{ name: variable, value: "10s" }]);
    assert.equal(cluster.env, undefined);
  });

  const wrong: Partial<Record<Wrong, RegExp>> = {
    "new sessions are lost on the way": /should come back new; the browser has the old one still/,
    "sessions are refreshed at every request": /before it is due the session should pass as it is.*1 new session/,
    "a refresh at once with another fails":
      /of 8 at once with a session that is due should pass; it came to status 403/,
    "a second browser ends the first one's session": /the first one should still pass, until its ID token ends/,
  };
  for (const [what, words] of Object.entries(wrong) as [Wrong, RegExp][]) {
    it(`finds out that ${what}`, async () => {
      await notices(check, what, words, options());
    });
  }

  it("restores the setting when the deployment fails while it looks", async () => {
    await notices(check, "the query is lost", /status|elsewhere|pass/, {
      ...options(),
      target: { kubeconfig, people: [{ email: "user@example.com", password: "wrong" }] },
    });
    assert.deepEqual(cluster.env, [{ name: "OTHER", value: "stays" }]);
  });
});
