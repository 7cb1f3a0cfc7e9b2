import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { login } from "../../../acceptance/checks/login";
import { forgeries } from "../../../acceptance/checks/login/forgeries";

const folder = join(__dirname, "../../../acceptance/checks/login");

describe("login: the area", () => {
  it("has every check of its folder, once", () => {
    const files = readdirSync(folder).filter((file) => file !== "index.ts");
    const withChecks = files.filter((file) => /area: "login"/.test(readFileSync(join(folder, file), "utf8")));
    assert.equal(login.length, withChecks.length);
    assert.equal(new Set(login.map(({ name }) => name)).size, login.length);
  });

  it("disturbs at its end, after everything that only looks", () => {
    const disturbing = login.map(({ needs }) => needs.includes("disturb"));
    assert.deepEqual(disturbing, [...disturbing].sort());
    assert.ok(login.every(({ area, needs }) => area === "login" && needs.includes("sessions")));
  });
});

describe("login: forged sessions", () => {
  const session = `${"c".repeat(64)}|1700000000|${"s".repeat(43)}=`;
  const csrf = { name: "__Secure-gatehouse_abcd1234_csrf", value: "v|1700000000|t" };

  it("are all different from each other and from the good one", () => {
    const values = forgeries(session, csrf).map(({ value }) => value);
    assert.ok(values.length >= 20);
    assert.equal(new Set([...values, session]).size, values.length + 1);
  });

  it("cannot be made of something that is no session, which would make every refusal worthless", () => {
    for (const other of ["", "x", "a|b|c", `${"c".repeat(64)}|time|${"s".repeat(43)}`, `${session}|more`]) {
      assert.throws(() => forgeries(other, csrf), /another form than oauth2-proxy's/);
    }
  });
});
