import assert from "node:assert/strict";
import { judge, type Stage } from "../../../acceptance/checks/machines/pods/judge";
import { RecordingProbe } from "../../../acceptance/recordingProbe";
import { type Answer, type HeaderList } from "../../../acceptance/http/request";
import { echoed, type Line } from "../tokens/gateway";

interface Mesh {
  /** Whether plain text reaches the backend. */
  permissive?: boolean;
  /** Whether the pod is reached at all. */
  unreachable?: boolean;
  /** Tokens that are believed besides the right one. */
  believes?: readonly string[];
  /** Whether a token is needed. */
  open?: (headers: ReadonlyMap<string, string>) => boolean;
  /** Whether kubeflow-userid matters. */
  ignoresUser?: boolean;
  keepsToken?: boolean;
  /** The paths at which mutual TLS says that the client is the one that may come in. */
  principalAt?: readonly string[];
  /** Whether the backend gets what a client says of its certificate. */
  passesCertificate?: boolean;
}

/** A backend with its sidecar, as the rules describe it. */
function stage(mesh: Mesh = {}): Stage {
  const ask = (from: string, list: HeaderList, path = "/"): Promise<Answer> => {
    const headers = new Map(list.map(([name, value]) => [name.toLowerCase(), value]));
    const refused = (status: number): Answer => ({ status, headers: [], body: "refused", certificate: undefined });
    if (path === "/healthz/ready") {
      return Promise.resolve(refused(mesh.unreachable === true ? 503 : 200));
    }
    if (from === "outsideMesh" && mesh.permissive !== true) {
      return Promise.resolve(refused(503));
    }
    const known = from === "inMesh" && (mesh.principalAt ?? ["/gatehouse-verify/client"]).includes(path);
    const token = headers.get("authorization")?.slice("Bearer ".length);
    const believed = token === "right" || (token !== undefined && (mesh.believes?.includes(token) ?? false));
    if (token !== undefined && !believed) {
      return Promise.resolve(refused(401));
    }
    const named = headers.has("kubeflow-userid") && mesh.ignoresUser !== true;
    if ((!believed || named) && !known && mesh.open?.(headers) !== true) {
      return Promise.resolve(refused(403));
    }
    const lines: Line[] = [
      ...(mesh.passesCertificate === true ? list.map(([name, value]): Line => [name, value]) : []),
      ...(token === undefined || mesh.keepsToken === false ? [] : [["authorization", `Bearer ${token}`] as Line]),
      ...(headers.has("kubeflow-userid") ? [["kubeflow-userid", headers.get("kubeflow-userid") ?? ""] as Line] : []),
    ];
    const { body = "" } = echoed(lines) as { body?: string };
    return Promise.resolve({ status: 200, headers: [], body, certificate: undefined });
  };
  return {
    ask,
    tokens: { right: "right", apiServer: "api-server", foreignAudience: "foreign" },
    forged: [{ what: "a forged token", token: "forged" }],
  };
}

async function judged(mesh?: Mesh): Promise<RecordingProbe> {
  const probe = new RecordingProbe({ directory: "." });
  await judge(stage(mesh), probe);
  return probe;
}

describe("the check of pods that ask a backend", () => {
  it("passes where the rules hold", async () => {
    const { faults, right } = await judged();
    assert.deepEqual(faults, []);
    assert(right.length > 20);
  });

  const cases: [what: string, mesh: Mesh, says: RegExp][] = [
    [
      "plain text is let in",
      { permissive: true },
      /^plain text with the right token: should have been refused; came status 200/,
    ],
    ["no token is needed", { open: (headers) => headers.size === 0 }, /^a pod of the mesh without a token: should/],
    [
      "the gateway's header is believed from anybody",
      { open: (headers) => headers.has("kubeflow-userid") },
      /without a token and with kubeflow-userid: should .* saw user@example.com/,
    ],
    [
      "a token lets the gateway's header pass",
      { ignoresUser: true },
      /with the right token and kubeflow-userid: should/,
    ],
    [
      "a certificate in a header is believed",
      { open: (headers) => headers.has("x-forwarded-client-cert") },
      /^the gateway's certificate in a header, without a token: should/,
    ],
    [
      "each pod's own token is believed",
      { believes: ["api-server"] },
      /^a token for the API server, as each pod has one: should/,
    ],
    ["another audience is believed", { believes: ["foreign"] }, /^a token for somebody else: should/],
    ["a forged token is believed", { believes: ["forged"] }, /^a forged token: should/],
    ["the backend gets no token", { keepsToken: false }, /^the backend should have got the client's token/],
    [
      "mutual TLS says nothing of the client",
      { principalAt: [] },
      /should have been let in by its principal; came status 403/,
    ],
    [
      "all clients are one",
      { principalAt: ["/gatehouse-verify/client", "/gatehouse-verify/other"] },
      /at a path for another principal: should have been refused/,
    ],
    [
      "the backend gets what a client says of its certificate",
      { passesCertificate: true },
      /^the backend got the header x-forwarded-client-cert/,
    ],
  ];
  for (const [what, mesh, says] of cases) {
    it(`fails where ${what}`, async () => {
      const { faults } = await judged(mesh);
      assert(
        faults.some((text) => says.test(text)),
        faults.join("\n"),
      );
    });
  }

  it("fails where nobody is let in", async () => {
    const closed = { ...stage(), tokens: { right: "none", apiServer: "api-server", foreignAudience: "foreign" } };
    const probe = new RecordingProbe({ directory: "." });
    await judge(closed, probe);
    assert.match(probe.faults[0] ?? "", /^the right token should have been let in .* came status 401/);
  });

  it("takes an unreachable pod for no refusal", async () => {
    await assert.rejects(judged({ unreachable: true }), /should reach the backend's pod at its health port; came 503/);
  });
});
