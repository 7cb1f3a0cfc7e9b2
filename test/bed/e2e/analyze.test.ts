import assert from "node:assert/strict";
import { judge } from "../../../bed/e2e/analyze";

describe("What Istio's analysis says", () => {
  it("counts every error and every warning that is not known", () => {
    const { wrong, accepted } = judge([
      { code: "IST0101", level: "Error", message: "no such host", origin: "VirtualService a/b" },
      { code: "IST0999", level: "Warning", message: "odd" },
      { code: "IST0102", level: "Info", message: "not injected" },
    ]);
    assert.deepEqual(wrong, ["Error IST0101 at VirtualService a/b: no such host", "Warning IST0999 at the mesh: odd"]);
    assert.deepEqual(accepted, []);
  });

  it("keeps a known warning apart, with the reason why it stays", () => {
    const { wrong, accepted } = judge([
      { code: "IST0133", level: "Warning", message: "internal", origin: "EnvoyFilter i/g" },
    ]);
    assert.deepEqual(wrong, []);
    assert.match(accepted[0] ?? "", /^IST0133 at EnvoyFilter i\/g: .+0006/);
  });

  it("does not forgive an error because a warning of that code is known", () => {
    assert.equal(judge([{ code: "IST0133", level: "Error", message: "broken" }]).wrong.length, 1);
  });
});
