import assert from "node:assert/strict";
import { type CheckContext, type Target } from "../../../acceptance/check";
import {
  type AttackedNotebooks,
  attackersPageIn,
  pageAt,
  websocketsOf,
} from "../../../acceptance/checks/notebooks/attackersPage";
import { connectionsIn } from "../../../acceptance/checks/notebooks/browserConnections";
import { cookieTossing } from "../../../acceptance/checks/notebooks/attack/cookieTossing";
import { attempts } from "../../../acceptance/checks/origins/broughtAbout";
import { byPathIn } from "../../../acceptance/checks/notebooks/byPath";
import { somebodyElsesSessionIn } from "../../../acceptance/checks/notebooks/somebodyElsesSession";
import { withBrowser } from "../../../acceptance/signIn/browser";
import { contextFor } from "../fakeGate";
import { oneBrowser, program } from "../oneBrowser";
import { author, fakeNotebooks, ownNotebooks, person, type Wrong } from "./fakeNotebooks";
import { apart } from "./fakePages";

describe("notebooks/attackers-page, in Chromium", function () {
  this.timeout(60_000);
  const browser = oneBrowser(() => fakeNotebooks());

  type Scene = (context: CheckContext, own: AttackedNotebooks) => Promise<void>;

  /** What part of the check says; it ends where it says what is looked for. */
  async function said(scene: Scene, wrong?: Wrong, until?: RegExp, below?: string, kind?: "HTTP/2") {
    const gate = await fakeNotebooks(wrong, kind, below);
    const target: Target = { ...gate.target, people: [person, author] };
    const { probe, ...rest } = contextFor(target, AbortSignal.timeout(55_000));
    const wrongly = probe.wrong.bind(probe);
    probe.wrong = (what) => {
      wrongly(what);
      if (until?.test(what) === true) {
        throw new Error("found");
      }
    };
    await scene({ ...rest, probe }, await ownNotebooks(target)).catch((error: unknown) => wrongly(String(error)));
    await gate.close();
    return { faults: probe.faults, right: probe.right };
  }

  async function finds(scene: Scene, wrong: Wrong, says: RegExp) {
    const { faults } = await said(scene, wrong, says);
    assert.ok(
      faults.some((fault) => says.test(fault)),
      faults.join("\n"),
    );
  }

  // The ways to send something are all tried by origins/foreign-page; one will do here, and one cookie.
  const whole: Scene = (context, own) =>
    attackersPageIn(context, browser(), own, { ways: attempts.slice(0, 1), tosses: 1 });
  const attackerOf = ({ at: { lab } }: AttackedNotebooks) =>
    pageAt(browser(), new URL(`${lab.prefix}attack`, lab.origin));
  const websockets: Scene = async (context, own) => {
    const { gate } = context.target;
    const page = await pageAt(browser(), new URL("/own", gate));
    await websocketsOf(context, await attackerOf(own), [{ what: "the gate", url: new URL("/terminals", gate), page }]);
  };
  const cookies: Scene = async (context, own) => cookieTossing(context, browser(), await attackerOf(own), own);

  it("passes where a notebook's page gets nothing, and the same page on the gate's host everything", async () => {
    const { faults, right } = await said(whole);
    assert.deepEqual(faults, []);
    assert.equal(right.length, 30);
  });

  it("finds that pages of other origins pass", () =>
    finds(
      whole,
      "pages of other origins pass",
      /^a call with the session of a notebook's page to the gate should get 403; it got 404/,
    ));

  it("finds that websockets of any origin pass", () =>
    finds(
      websockets,
      "websockets of any origin pass",
      /^a websocket of a notebook's page to the gate should get 403; it got 404/,
    ));

  it("finds that websockets are refused to everybody, which would prove nothing", () =>
    finds(websockets, "websockets are refused", /^a websocket of a page of the gate itself should pass, or this/));

  it("finds that the first of two sessions counts", () =>
    finds(cookies, "the first of two sessions counts", /the victim should use \S+; it answered 200 to author@example/));

  describe("browser-connections", () => {
    const connections: Scene = async (context, own) => {
      await connectionsIn(context, browser(), own, "notebooks first");
      await browser().clearCookies();
      await connectionsIn(context, browser(), own, "the gate first");
    };

    it("passes where a request on another host's connection gets 421, with one certificate for all", async () => {
      const { faults, right } = await said(connections, undefined, undefined, undefined, "HTTP/2");
      assert.deepEqual(faults, []);
      assert.equal(right.length, 9);
    });

    it("finds that notebooks never share one", async () => {
      const { faults } = await said(connections, "notebooks never share a connection", undefined, undefined, "HTTP/2");
      assert.match(faults.join("\n"), /^notebooks first: both notebooks should be asked on one connection/m);
    });

    it("finds that the gate is asked on theirs", async () => {
      const { faults } = await said(connections, "every connection serves every host", undefined, undefined, "HTTP/2");
      assert.match(faults.join("\n"), /^notebooks first: the gate should show its sign-in page .* on theirs/m);
    });
  });

  describe("by-path", () => {
    const paths: Scene = (context, own) => {
      const origin = context.target.gate;
      const at = { lab: { ...own.at.lab, origin }, other: { ...own.at.other, origin } };
      return byPathIn(context, browser(), { ...own, at }, attempts.slice(0, 1));
    };

    it("passes where the same page on the gate's host gets everything", async () => {
      const { faults, right } = await said(paths, "notebooks' paths stay at the gate");
      assert.deepEqual(faults, []);
      assert.equal(right.length, 10);
    });

    it("finds a gate that refuses pages of its own", () =>
      finds(
        paths,
        "they stay there, and websockets are refused",
        /^a websocket of a notebook's page to another notebook should open with the session; it got 403/,
      ));
  });

  describe("somebody-elses-session", () => {
    const signedOut: Scene = (context, own) => somebodyElsesSessionIn(context, browser(), own);

    // The other browser knows no names of that domain.
    const apartFromIt: Scene = (context, own) =>
      withBrowser({ ...context, target: { ...context.target, browser: program } }, (one) =>
        somebodyElsesSessionIn(context, one, own),
      );

    it("passes where a session counts at the gate with its mark alone", async () => {
      const { faults, right } = await said(signedOut);
      assert.deepEqual(faults, []);
      assert.equal(right.length, 5);
    });

    it("passes where the notebooks' domain is on another site, whose pages reach applications neither", async () => {
      const { faults, right } = await said(apartFromIt, undefined, undefined, apart);
      assert.deepEqual(faults, []);
      assert.equal(right.length, 6);
    });

    it("finds that a neighbour's page puts its author's session in the place of none", async () => {
      const { faults } = await said(signedOut, "a session counts without its mark");
      assert.match(
        faults.join("\n"),
        /^with the author's session for example\.com kubeflow\.example\.com\S+ should know nobody/,
      );
    });
  });
});
