import { type Probe } from "../../../check";
import { seenByBackend } from "../../../echo";
import { type Answer, type HeaderList } from "../../../http/request";
import { type Forgery } from "../../../tokens/forge";
import { bearer } from "../../../tokens/ask";
import { expectRefused, isRefused, whatCame } from "../../../tokens/refusal";
import { gateway } from "../../../../components/topology";
import { sidecarHealth } from "./forwarder";
import { principalPaths } from "./manifests";

/** What the judge needs of a cluster. */
export interface Stage {
  /** Asks the backend from a pod of the mesh, or from one outside. */
  ask: (from: "inMesh" | "outsideMesh", headers: HeaderList, path?: string) => Promise<Answer>;
  tokens: {
    /** For the backend, bound to the client's pod. */
    right: string;
    /** For the API server: what each pod has by default. */
    apiServer: string;
    foreignAudience: string;
  };
  forged: readonly Forgery[];
}

/** Who pretends to be the gateway says what the gateway would say. */
const pretence: HeaderList = [
  ["kubeflow-userid", "user@example.com"],
  ["kubeflow-groups", "admins"],
];

const pretendedPrincipal = `spiffe://${gateway.principal}`;
const gatewayCertificate: HeaderList = [
  ["x-forwarded-client-cert", `By=spiffe://cluster.local/ns/kubeflow/sa/default;Hash=0000;URI=${pretendedPrincipal}`],
];

export async function judge(stage: Stage, probe: Probe): Promise<void> {
  const { ask, tokens, forged } = stage;
  const right = bearer(tokens.right);
  const inMesh = (headers: HeaderList) => ask("inMesh", headers);
  allowed(probe, await inMesh([right]), tokens.right);

  expectRefused(probe, await inMesh([]), "a pod of the mesh without a token");
  const variants: [what: string, headers: HeaderList][] = [
    ["with kubeflow-userid", pretence],
    ["with Kubeflow-Userid in another case", [["KUBEFLOW-Userid", "user@example.com"]]],
    ["with an empty kubeflow-userid", [["kubeflow-userid", ""]]],
    ["with kubeflow-userid twice", [...pretence, ...pretence]],
    ["with kubeflow-userid and the gateway's certificate in a header", [...pretence, ...gatewayCertificate]],
  ];
  for (const [what, headers] of variants) {
    expectRefused(
      probe,
      await inMesh([right, ...headers]),
      `a pod of the mesh with the right token and ${what.slice(5)}`,
    );
    expectRefused(probe, await inMesh(headers), `a pod of the mesh without a token and ${what}`);
  }
  expectRefused(probe, await inMesh(gatewayCertificate), "the gateway's certificate in a header, without a token");
  expectRefused(probe, await inMesh([bearer(tokens.apiServer)]), "a token for the API server, as each pod has one");
  expectRefused(probe, await inMesh([bearer(tokens.foreignAudience)]), "a token for somebody else");
  for (const { what, token } of forged) {
    expectRefused(probe, await inMesh([bearer(token)]), what);
  }

  await byPrincipal(stage, probe);
  await plainTextRefused(ask, right, probe);
  allowed(probe, await inMesh([right]), tokens.right);
}

/** The one way in: a token, and no header that only the gateway may send. */
function allowed(probe: Probe, answer: Answer, token: string): void {
  const seen = seenByBackend(answer);
  if (seen === undefined || seen.user !== null) {
    probe.wrong(`the right token should have been let in without a user in a header; came ${whatCame(answer)}`);
    return;
  }
  probe.seen("the right token is let in");
  probe.expect(
    seen.headers["authorization"] === `Bearer ${token}`,
    "the backend gets the token, to have it reviewed",
    "the backend should have got the client's token; it got another, or none",
  );
}

/** Mutual TLS is what tells clients apart, so it must be seen at work. */
async function byPrincipal({ ask }: Stage, probe: Probe): Promise<void> {
  for (const [what, headers] of [
    ["", []],
    [" whatever a header says of its certificate", gatewayCertificate],
  ] as const) {
    const own = await ask("inMesh", headers, principalPaths.client);
    probe.expect(
      seenByBackend(own) !== undefined,
      `a pod of the mesh is known by its principal${what}`,
      `a pod of the mesh should have been let in by its principal${what}; came ${whatCame(own)}`,
    );
    const lines = Object.entries(seenByBackend(own)?.headers ?? {});
    const believed = lines.find(([, value]) => value.includes(pretendedPrincipal));
    if (believed !== undefined) {
      probe.wrong(`the backend got the header ${believed[0]} with the gateway's principal, which the client wrote`);
    }
    const other = await ask("inMesh", headers, principalPaths.other);
    expectRefused(probe, other, `a pod of the mesh at a path for another principal${what}`);
    const outside = await ask("outsideMesh", headers, principalPaths.client);
    expectNotLetIn(probe, outside, `a pod without a sidecar at a path for a principal${what}`);
  }
}

/** The pod itself is reached, so that a refusal is the sidecar's and not the network's. */
async function plainTextRefused(ask: Stage["ask"], right: readonly [string, string], probe: Probe): Promise<void> {
  const health = await ask("outsideMesh", [], sidecarHealth.path);
  if (health.status !== 200) {
    throw new Error(
      `the pod without a sidecar should reach the backend's pod at its health port; came ${health.status}, so nothing is known of port 8080`,
    );
  }
  probe.seen("a pod without a sidecar reaches the backend's pod");
  for (const [what, headers] of [
    ["with the right token", [right]],
    ["without a token", []],
    ["that says what the gateway would say", [...pretence, ...gatewayCertificate]],
  ] as const) {
    const answer = await ask("outsideMesh", headers);
    expectNotLetIn(probe, answer, `plain text ${what}`);
  }
}

/** 503 is the word of the client's own Envoy for a connection that the backend's sidecar closed. */
function expectNotLetIn(probe: Probe, answer: Answer, what: string): void {
  probe.expect(
    (answer.status === 503 || isRefused(answer)) && seenByBackend(answer) === undefined,
    `${what}: refused`,
    `${what}: should have been refused; came ${whatCame(answer)}`,
  );
}
