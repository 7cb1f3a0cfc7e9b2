import { type Probe } from "../../../check";
import { seenByBackend } from "../../../echo";
import { type Answer, type HeaderList } from "../../../http/request";
import { type Forgery } from "../../../tokens/forge";
import { bearer } from "../../../tokens/ask";
import { expectRefused, isRefused, whatCame } from "../../../tokens/refusal";
import { sidecarHealth } from "./forwarder";

/** What the judge needs of a cluster. */
export interface Stage {
  /** Asks the backend from a pod of the mesh, or from one outside. */
  ask: (from: "inMesh" | "outsideMesh", headers: HeaderList, path?: string) => Promise<Answer>;
  /** The client's identity in the mesh, as a certificate writes it. */
  identity: string;
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

const gatewayCertificate: HeaderList = [
  [
    "x-forwarded-client-cert",
    "By=spiffe://cluster.local/ns/kubeflow/sa/default;Hash=0000;URI=spiffe://cluster.local/ns/ingress/sa/gatehouse-gateway",
  ],
];

export async function judge({ ask, identity, tokens, forged }: Stage, probe: Probe): Promise<void> {
  const right = bearer(tokens.right);
  const inMesh = (headers: HeaderList) => ask("inMesh", headers);
  allowed(probe, await inMesh([right]), identity, tokens.right);

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

  await plainTextRefused(ask, right, probe);
  allowed(probe, await inMesh([right]), identity, tokens.right);
}

/** The one way in: a token, and no header that only the gateway may send. */
function allowed(probe: Probe, answer: Answer, identity: string, token: string): void {
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
  const certificate = seen.headers["x-forwarded-client-cert"] ?? "";
  const named = [...certificate.matchAll(/URI=([^;,]*)/g)].map(([, uri]) => uri);
  probe.expect(
    named.join() === identity,
    `mutual TLS says that the client is ${identity}`,
    `mutual TLS should say that the client is ${identity}; it says ${named.join(", ") || "nothing"}`,
  );
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
    // 503 is the word of the client's own Envoy for a connection that the sidecar closed.
    probe.expect(
      (answer.status === 503 || isRefused(answer)) && seenByBackend(answer) === undefined,
      `plain text ${what}: refused`,
      `plain text ${what} should have been refused; came ${whatCame(answer)}`,
    );
  }
}
