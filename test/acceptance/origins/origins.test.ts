import { type Person } from "../../../acceptance/check";
import { applicationCookies } from "../../../acceptance/checks/origins/applicationCookies";
import { framing } from "../../../acceptance/checks/origins/framing";
import { otherPages } from "../../../acceptance/checks/origins/otherPages";
import { pipelineArtifacts } from "../../../acceptance/checks/origins/pipelineArtifacts";
import { pipelineProxies } from "../../../acceptance/checks/origins/pipelineProxies";
import { plantedSession } from "../../../acceptance/checks/origins/plantedSession";
import { twoSessions } from "../../../acceptance/checks/origins/twoSessions";
import { websockets } from "../../../acceptance/checks/origins/websockets";
import { person } from "../login/fakePerson";
import { notices, passes } from "../login/outcome";

describe("origins: pages of others", () => {
  describe("other-pages", () => {
    it("passes where the gate refuses what pages of other origins bring about, and nothing else", () =>
      passes(otherPages, 42));

    it("finds a gate that lets calls and forms of other origins through", () =>
      notices(
        otherPages,
        "pages of other origins pass",
        /a form that posts \(same-site\) should get 403 .* it got 200/,
      ));

    it("finds a gate that lets a page of another origin load its pages in advance", () =>
      notices(otherPages, "pages in advance pass", /a page in advance, .* should get 403 .* it got 200/));

    it("finds a gate that other origins may frame", () =>
      notices(otherPages, "frames of other origins pass", /a page in iframe \(cross-site\) should get 403/));

    it("finds a gate that links don't lead to", () =>
      notices(otherPages, "links of other sites are refused", /a link of another site should go on .* it got 403/));

    it("finds a gate that shuts programs out, and with them the sign-in of this very check", () =>
      notices(otherPages, "programs need metadata", /the sign-in ended .* with status 403/));
  });

  describe("websockets", () => {
    it("passes where the page's own origin opens one, and no other", () => passes(websockets, 9));

    it("finds a gate that opens them for any origin", () =>
      notices(
        websockets,
        "websockets of any origin pass",
        /a websocket of https:\/\/neighbour\.\S+ should get 403; it got 200/,
      ));

    it("finds a gate that opens them for none", () =>
      notices(websockets, "websockets of no origin pass", /a websocket without an origin should get 403; it got 200/));

    it("finds a gate that opens none", () =>
      notices(
        websockets,
        "websockets are refused",
        /of the page's own origin should go on to the application; it got 403/,
      ));
  });

  describe("pipeline-artifacts", () => {
    it("passes where an artifact needs its namespace, and is nobody's page", () => passes(pipelineArtifacts, 14));

    it("passes where the UI has a host of its own besides", () =>
      passes(pipelineArtifacts, 28, { isPipelinesUi: true }));

    it("finds that only the gate's host needs one", () =>
      notices(
        pipelineArtifacts,
        "the UI's own host is open",
        /^echo\.\S+\/artifacts\/get\S+ should get the gate's 403 for want of one namespace; it got 200/,
        { isPipelinesUi: true },
      ));

    it("finds artifacts that need no namespace", () =>
      notices(
        pipelineArtifacts,
        "artifacts need no namespace",
        /should get the gate's 403 for want of one namespace; it got 404/,
      ));

    it("finds artifacts that need none where the host has an empty port", () =>
      notices(
        pipelineArtifacts,
        "artifacts of a host without a port need no namespace",
        /an artifact of the host \S+: should get the gate's 403 for want of a namespace; it got 404/,
      ));

    it("finds artifacts that are pages of the gate", () =>
      notices(pipelineArtifacts, "artifacts are pages of the gate", /should come with the directive sandbox/));
  });

  describe("pipeline-proxies", () => {
    it("passes where no proxy leads to any address, and the API beside them goes on", () => passes(pipelineProxies, 8));

    it("passes where the UI has a host of its own besides, which sees no Referer of a proxy's", () =>
      passes(pipelineProxies, 19, { isPipelinesUi: true }));

    it("finds that the UI's own host has them open, and a Referer", async () => {
      const open = { isPipelinesUi: true };
      const wrong = "the UI's own host is open";
      await notices(pipelineProxies, wrong, /^echo\.\S+\/_proxy\/\S+ would show .* the gate's 403; it got 200/, open);
      await notices(pipelineProxies, wrong, /^echo\.\S+\/ should be asked without the Referer https:\/\/evil/m, open);
    });

    it("finds proxies to any address", () =>
      notices(
        pipelineProxies,
        "proxies to any address pass",
        /_proxy\/https%3A%2F%2Fevil.example%2F would show others' pages .* should get the gate's 403; it got 404/,
      ));

    it("finds one in another spelling", () =>
      notices(
        pipelineProxies,
        "proxies in other spellings pass",
        /%5Fproxy\/evil.example\/ would show others' pages .* should get the gate's 403; it got 404/,
      ));

    it("finds that the API beside them is refused, too", () =>
      notices(
        pipelineProxies,
        "everything of pipelines is refused",
        /the API beside them should go on at kubeflow\S+; the gate refused it/,
      ));
  });

  describe("application-cookies", () => {
    it("passes where an application sets cookies of its own host alone", () => passes(applicationCookies, 7));

    it("finds an application that sets the session's cookie, and cookies for other hosts", async () => {
      await notices(
        applicationCookies,
        "applications set any cookie",
        /set __Secure-gatehouse=x; .*: nothing should arrive/,
      );
      await notices(
        applicationCookies,
        "applications set any cookie",
        /set own=1; Domain=.*: own=1; Path=\/ should arrive/,
      );
    });

    it("finds an application that can set none", () =>
      notices(applicationCookies, "applications set no cookie", /Secure; HttpOnly should arrive; nothing did/));
  });

  describe("two-sessions", () => {
    it("passes where two sessions are none", () => passes(twoSessions, 16));

    it("finds a gate that takes the first", () =>
      notices(
        twoSessions,
        "the first of two sessions counts",
        /with somebody's session before the own nobody should be signed in/,
      ));

    it("finds a gate that leaves both with the browser", () =>
      notices(twoSessions, "two sessions are kept", /should say Clear-Site-Data: "cookies"; it said nothing/));
  });

  describe("planted-session", () => {
    const author: Person = { email: "author@example.com", password: "secret" };

    it("passes where a session counts at the gate with what a sign-in left there alone", async () => {
      await passes(plantedSession, 18);
      await passes(plantedSession, 24, { target: { people: [person, author] } });
    });

    it("finds a gate that takes anybody's session from whoever signed in", () =>
      notices(
        plantedSession,
        "a mark is anybody's",
        /a page with somebody else's session in the place of the own should be refused .* it was 404/,
        { target: { people: [person, author] } },
      ));

    it("finds a gate that takes anybody's session right after a sign-in", () =>
      notices(
        plantedSession,
        "a fresh mark is anybody's",
        /a page with somebody else's session in the place of the one that a sign-in has just given should be refused; it was 404/,
        { target: { people: [person, author] } },
      ));

    it("finds a gate that takes any session", () =>
      notices(
        plantedSession,
        "a session counts without its mark",
        /a page with a session and nothing beside it should be refused .* it was 404/,
      ));

    it("finds a gate that takes a mark which other hosts can set", () =>
      notices(
        plantedSession,
        "a mark of any name counts",
        /a call with a session and gatehouse-signed-in=sub-x beside it should be refused .* it was 404/,
      ));

    it("finds a gate that leaves no mark, and with it takes no session", () =>
      notices(plantedSession, "a sign-in leaves no mark", /a page with everything that the sign-in left should pass/));
  });

  describe("framing", () => {
    it("passes where no other origin may frame a page, or keeps hold of it", () => passes(framing, 10));

    it("finds pages that anybody may frame", () =>
      notices(framing, "anybody may frame", /the sign-in page of \S+ should have frame-ancestors/));

    it("finds pages that their opener keeps hold of", () =>
      notices(framing, "whoever opened a page keeps hold of it", /should have Cross-Origin-Opener-Policy/));
  });
});
