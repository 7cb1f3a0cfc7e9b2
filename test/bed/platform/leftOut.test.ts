import assert from "node:assert/strict";
import { LeftOut } from "../../../bed/platform/leftOut";

describe("what the bed leaves out", () => {
  const without = (...names: string[]) => new LeftOut({ has: (name) => !names.includes(name) });

  it("is nothing when every program is there", () => {
    assert.equal(without().any, false);
    assert.equal(without().image("quay.io/oauth2-proxy/oauth2-proxy:v7.15.5"), false);
  });

  it("is known by the image's name, whatever its registry, tag and digest", () => {
    const left = without("oauth2-proxy");
    for (const image of [
      "oauth2-proxy",
      "quay.io/x/oauth2-proxy:v7",
      "host:5000/oauth2-proxy@sha256:ab",
      "oauth2-proxy:v1@sha256:ab",
    ]) {
      assert.equal(left.image(image), true, image);
    }
    assert.equal(left.image("quay.io/oauth2-proxy/other:v1"), false);
    assert.equal(left.certManager, false);
  });

  it("is all of cert-manager when a part of it is missing", () => {
    const left = without("cert-manager-cainjector");
    assert.equal(left.certManager, true);
    assert.equal(left.image("quay.io/jetstack/cert-manager-controller:v1.21.2"), true);
    assert.equal(left.image("ghcr.io/dexidp/dex:v2"), false);
  });

  it("is also what the caller names", () => {
    const left = new LeftOut({ has: () => true }, ["example.com/a:1", "quay.io/x/oauth2-proxy:v7"]);
    assert.equal(left.image("example.com/a:1"), true);
    assert.deepEqual(left.names, ["example.com/a:1", "quay.io/x/oauth2-proxy:v7"]);
  });
});
