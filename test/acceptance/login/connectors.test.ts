import assert from "node:assert/strict";
import { eachPerson } from "../../../acceptance/checks/login/eachPerson";
import { forgedAssertions } from "../../../acceptance/checks/login/forgedAssertions";
import { outsider } from "../../../acceptance/checks/login/outsider";
import { wrongPassword } from "../../../acceptance/checks/login/wrongPassword";
import { type Target } from "../../../acceptance/check";
import { unmetNeeds } from "../../../acceptance/needs";
import { contextFor } from "../fakeGate";
import { bySaml, inDirectory, person, stranger } from "./fakePerson";
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

  describe("forged-assertions", () => {
    const withSaml: FakeSignInOptions = { target: { people: [bySaml] } };

    it("passes where the signature is verified, and what it stands for is read", () =>
      passes(forgedAssertions, 13, withSaml));

    it("lets the same person in as others", () => passes(eachPerson, 2, withSaml));

    it("is left out where nobody signs in by SAML", async () => {
      const unmet = await unmetNeeds({
        target: { people: [person, inDirectory] } as unknown as Target,
        wanted: new Set(["saml"]),
        disturb: false,
        echoGiven: true,
        signal: AbortSignal.timeout(1000),
        busy: () => undefined,
      });
      assert.deepEqual([...unmet], [["saml", "nobody signs in by SAML (--passwords with saml)"]]);
    });

    it("finds out that a signature is not needed", () =>
      notices(
        forgedAssertions,
        "assertions need no signature",
        /a response without its signature should be refused by Dex/,
        withSaml,
      ));

    it("finds out that another assertion is read than was verified", () =>
      notices(
        forgedAssertions,
        "the first assertion counts",
        /a forged assertion before the signed one should .* the user xcem@example\.com/,
        withSaml,
      ));

    it("finds out that a response counts for any sign-in", () =>
      notices(
        forgedAssertions,
        "a response answers any request",
        /a response to another sign-in should be refused/,
        withSaml,
      ));

    it("finds out that a response counts twice", () =>
      notices(forgedAssertions, "a response counts twice", /the same response once more should be refused/, withSaml));
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
