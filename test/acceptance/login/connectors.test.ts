import assert from "node:assert/strict";
import { eachPerson } from "../../../acceptance/checks/login/eachPerson";
import { outsider } from "../../../acceptance/checks/login/outsider";
import { wrongPassword } from "../../../acceptance/checks/login/wrongPassword";
import { contextFor } from "../fakeGate";
import { inDirectory, person, stranger } from "./fakePerson";
import { fakeSignIn, type FakeSignInOptions } from "./fakeSignIn";
import { notices, passes } from "./outcome";

/** Dex with its own passwords and a directory, of which one person is let in and one is not. */
const options: FakeSignInOptions = { target: { people: [person, inDirectory], outsiders: [stranger] } };

describe("login: people of Dex's connectors", () => {
  describe("each-person", () => {
    it("passes where everybody arrives with the own groups", () => passes(eachPerson, 4, options));

    it("finds a person who arrives with more groups than the provider gives", () =>
      notices(
        eachPerson,
        "the application sees more groups",
        /should arrive with the groups everyone, ml-engineers;/,
        options,
      ));

    it("finds a person who arrives without groups", () =>
      notices(eachPerson, "the application sees no groups", /should arrive; .* without the groups/, options));

    it("finds a person who arrives as another one", () =>
      notices(eachPerson, "the application sees another user", /with the user other@example\.com/, options));

    it("says of whom a connector doesn't take the password", async () => {
      const wrong = { ...inDirectory, password: "another" };
      const gate = await fakeSignIn(options);
      const context = contextFor({ ...gate.target, people: [wrong] }, AbortSignal.timeout(18_000));
      await assert.rejects(eachPerson.run(context), /Dex did not take the password of ada@example\.com/);
      await gate.close();
    });
  });

  describe("outsider", () => {
    it("passes where Dex takes the password and nobody is signed in", () => passes(outsider, 2, options));

    it("finds out that everybody whom Dex knows is let in", () =>
      notices(outsider, "everybody whom Dex knows is let in", /a callback of eve@example\.com should/, options));
  });

  describe("wrong-password", () => {
    const ofDirectory: FakeSignInOptions = { target: { people: [inDirectory] } };

    it("passes with Dex's own passwords", () => passes(wrongPassword, 10));
    it("passes with a directory", () => passes(wrongPassword, 10, ofDirectory));

    it("finds an empty password that is taken", () =>
      notices(
        wrongPassword,
        "empty passwords are taken",
        /an empty password should bring the form again; .* 303/,
        ofDirectory,
      ));

    it("finds a name that is taken for a pattern", () =>
      notices(
        wrongPassword,
        "names are patterns",
        /a name that ends in \* .* should bring the form again/,
        ofDirectory,
      ));
  });
});
