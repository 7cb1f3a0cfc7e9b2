import assert from "node:assert/strict";
import { type CheckContext } from "../../../acceptance/check";
import { belowRootAt, serviceWorkersAt } from "../../../acceptance/checks/notebooks/belowRoot";
import { boardsAndViewersAt } from "../../../acceptance/checks/notebooks/boardsAndViewers";
import { oneConnectionAt } from "../../../acceptance/checks/notebooks/oneConnection";
import { type OwnNotebooks } from "../../../acceptance/checks/notebooks/own/ownNotebooks";
import { returnAddressesAt } from "../../../acceptance/checks/notebooks/returnAddresses";
import { sessionsApartAt } from "../../../acceptance/checks/notebooks/sessionsApart";
import { signInAt } from "../../../acceptance/checks/notebooks/signIn";
import { signOutAt } from "../../../acceptance/checks/notebooks/signOut";
import { MemoryApi } from "../cluster/memoryApi";
import { contextFor } from "../fakeGate";
import { fakeNotebooks, ownBelowRoot, ownBoards, ownNotebooks, type Wrong } from "./fakeNotebooks";

type Run = (context: CheckContext, own: OwnNotebooks<"lab" | "other">) => Promise<void>;

const secret = { data: { "client-secret": Buffer.from("s").toString("base64") } };
const clientOfNotebooks = new MemoryApi(({ path }) =>
  path === "/api/v1/namespaces/auth/secrets/oauth2-proxy-notebooks" ? secret : assert.fail(path),
);

/** What a check says of a deployment; it ends where it says what is looked for. */
async function said(run: Run, wrong?: Wrong, kind?: Parameters<typeof fakeNotebooks>[1], until?: RegExp) {
  const gate = await fakeNotebooks(wrong, kind);
  const { probe, ...rest } = contextFor(gate.target, AbortSignal.timeout(18_000));
  const wrongly = probe.wrong.bind(probe);
  probe.wrong = (what) => {
    wrongly(what);
    if (until?.test(what) === true) {
      throw new Error("found");
    }
  };
  try {
    await run({ ...rest, probe }, await ownNotebooks(gate.target));
  } catch (error) {
    wrongly(String(error));
  } finally {
    await gate.close();
  }
  return { faults: probe.faults, right: probe.right };
}

const cases: {
  name: string;
  run: Run;
  atLeast: number;
  kind?: "HTTP/2";
  wrong: Partial<Record<Wrong, RegExp>>;
}[] = [
  {
    name: "notebooks/sign-in",
    run: signInAt,
    atLeast: 35,
    wrong: {
      "notebooks' paths stay at the gate": /^GET \S+ of the gate should lead to https:.* with 307; came 403 to nowhere/,
      "the gate leads by 302": /^POST \S+ of the gate should lead to .* with 307; came 302/,
      "notebooks sign in at the gate": /^the sign-in page of a notebook should lead to auth\.\S+; it leads to kubeflow/,
      "the query is lost": /the sign-in ended elsewhere than on the page that it began for/,
      "the notebook gets the session": /^the session alone: the notebook got the session in the header cookie/,
      "the notebook gets no cookies": /^another cookie before it: the notebook should get "a=1"; it got \[\]/,
      "the notebook gets Authorization": /^with Authorization: Bearer … and a session .*; it got one/,
      "the notebook gets Jupyter's Authorization":
        /^with Authorization: token … and a session .* without it; it got one/,
      "a host serves every path": /^\/hub\/ at the notebook's host should get 404; came status 200/,
      "a host serves its neighbour": /^\S+%2e%2e\/other\/ at the notebook's host should lead to no other place/,
      "every host has a notebook": /^a host without a notebook should get 404; came status 200/,
      "any port will do": /^a notebook's host with the port 8443 should get 421/,
    },
  },
  {
    name: "notebooks/return-addresses",
    run: returnAddressesAt,
    atLeast: 20,
    wrong: {
      "sign-in returns anywhere": /^a sign-in by a link to https:\/\/evil.example\/ should end at .* to evil.example/,
      "sign-in leads on to anywhere": /^from sign-in \S+ should lead nowhere; came 302 to https:\/\/evil.example/,
    },
  },
  {
    name: "notebooks/sessions-apart",
    run: (context, own) => sessionsApartAt(context, own, clientOfNotebooks),
    atLeast: 18,
    wrong: {
      "one secret for both": /^the gate's session at a notebook should be none; came status 200/,
      "one domain for both": /^a browser should not send the notebooks' cookies to the gate/,
      "the gate takes tokens of notebooks": /^a token of the notebooks at kubeflow\S+: should have been refused/,
      "notebooks take tokens": /^a token of the gate at a notebook: should have been refused/,
      "the notebook gets Authorization": /^a token of the gate beside a session should change nothing/,
    },
  },
  {
    name: "notebooks/sign-out",
    run: signOutAt,
    atLeast: 24,
    wrong: {
      "the gate's sign-out is its own":
        /^after a page of \/oauth2\/sign_out \S+ should need a sign-in; came status 200/,
      "the mark stays": /^the page after that should lead nowhere else/,
      "every page leads over sign-out": /^a page of the gate before a sign-out should lead nowhere else/,
      "calls lead over sign-out, too":
        /^the next page after a script's POST to \S+ should lead over the notebooks' sign-out/,
      "notebooks never sign out": /^after a script's POST to \/logout no session should be left/,
    },
  },
  {
    name: "notebooks/below-root",
    run: async (context) => {
      const own = await ownBelowRoot(context.target);
      await belowRootAt(context, own);
      await serviceWorkersAt(context, own);
    },
    atLeast: 18,
    wrong: {
      "paths stay as they are": /^studio should be asked for \/; it was asked for \/notebook\/gatehouse-verify-\S+$/,
      "nobody is told its path": /^studio should be told its path \/notebook\/\S+; it was told \/forged\/$/,
      "no service worker is allowed": /^a notebook should be able to have a service worker .* arrived as nothing$/,
      "every service worker is allowed": /^an application should get no service worker .* arrived as \/$/,
    },
  },
  {
    name: "notebooks/boards-and-viewers",
    run: async (context) => boardsAndViewersAt(context, await ownBoards(context.target)),
    atLeast: 200,
    wrong: {
      "notebooks' paths stay at the gate": /^a TensorBoard: the gate should lead to \S+ with 307; came 403 to nowhere/,
      "notebooks sign in at the gate":
        /^a TensorBoard: whoever has no session should get .* of auth\.\S+; .* for kubeflow/,
      "the notebook gets the session": /^a TensorBoard: it should see the other cookies alone; it got those named/,
      "paths stay as they are":
        /^a TensorBoard: it should be asked for \/data\S+ by \S+; it was asked for \/tensorboard/,
      "a host serves every path": /^a TensorBoard: \/notebook\/\S+ at \S+ should get 404; came status 200/,
      "pages of other origins pass": /^a TensorBoard to the gate: a call \(same-site\) should get 403; it got 404/,
    },
  },
  {
    name: "notebooks/one-connection",
    run: oneConnectionAt,
    atLeast: 8,
    kind: "HTTP/2",
    wrong: {
      "every connection serves every host": /^the gate on a notebook's connection: 421 was wanted; came 403/,
      "notebooks never share a connection": /^another notebook on that connection should answer for itself; came 421/,
      "a host serves every path": /^a notebook's path at another one's host, .* should get 404; came 200/,
    },
  },
];

describe("notebooks/sign-in where notebooks get Authorization", () => {
  const handedOn: Run = ({ target, ...context }, own) => {
    const { notebooks } = target;
    return signInAt(
      { ...context, target: { ...target, ...(notebooks && { notebooks: { ...notebooks, authorization: true } }) } },
      own,
    );
  };

  it("passes where Jupyter's own token arrives, and no JSON Web Token", async () => {
    const { faults } = await said(handedOn, "the notebook gets Jupyter's Authorization");
    assert.deepEqual(faults, []);
  });

  it("finds that none arrives", async () => {
    const { faults } = await said(handedOn);
    assert.match(faults.join("\n"), /^with Authorization: token … and a session .* with just that; it got none$/m);
  });

  it("finds that a JSON Web Token arrives, too", async () => {
    const { faults } = await said(handedOn, "the notebook gets Authorization");
    assert.match(faults.join("\n"), /^with Authorization: Bearer … and a session .* without it; it got one$/m);
  });
});

describe("notebooks/one-connection behind a load balancer that ends TLS", () => {
  const behindIt: Run = (context, own) =>
    oneConnectionAt({ ...context, target: { ...context.target, front: { type: "offload" } } }, own);

  it("passes where each host answers for itself on whatever connection", async () => {
    const { faults, right } = await said(behindIt, "every connection serves every host", "HTTP/2");
    assert.deepEqual([faults, right.length], [[], 8]);
  });

  it("finds that there is only one host for a connection", async () => {
    const { faults } = await said(behindIt, undefined, "HTTP/2");
    assert.match(faults.join("\n"), /^the gate on a notebook's connection: 401 or 403 was wanted; came 421/m);
    assert.match(faults.join("\n"), /^a notebook on the gate's connection: 200 was wanted; came 421/m);
  });
});

for (const { name, run, atLeast, kind, wrong } of cases) {
  describe(name, () => {
    it("passes where notebooks are apart", async () => {
      const { faults, right } = await said(run, undefined, kind);
      assert.deepEqual(faults, []);
      assert.ok(right.length >= atLeast, `${right.length} things were looked at`);
    });

    for (const [what, says] of Object.entries(wrong)) {
      it(`finds that ${what}`, async () => {
        const { faults } = await said(run, what as Wrong, kind, says);
        assert.ok(
          faults.some((fault) => says.test(fault)),
          faults.slice(0, 5).join("\n"),
        );
        assert.doesNotMatch(faults.join("\n"), /eyJ|[?&]code=/);
      });
    }
  });
}
