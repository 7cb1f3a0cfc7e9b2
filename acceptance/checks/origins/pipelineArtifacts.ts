import { type Check } from "../../check";
import { inParallel } from "../../http/inParallel";
import { ask, headersNamed } from "../../http/request";
import { pageHeaders } from "../../signIn/hop";
import { signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";

const artifact = "/pipeline/artifacts/get?source=minio&bucket=mlpipeline&key=a";

/** The UI of Kubeflow Pipelines takes each of these for an address without a namespace, or for one with another. */
const withoutNamespace = [
  artifact,
  "/pipeline/artifacts/minio/mlpipeline/a",
  "/pipeline/ARTIFACTS/get?key=a",
  `${artifact}&namespace=`,
  `${artifact}&namespace=team-a&namespace=team-b`,
  `${artifact}&namespace[]=team-a`,
  `${artifact}&%6eamespace=team-a`,
  `${artifact}&namespace=team-a%2F..%2Fteam-b`,
  `${artifact}&${"x&".repeat(1100)}namespace=team-a`,
];

/** Anybody's pipeline makes artifacts, and the UI has the credentials for all of them. */
export const pipelineArtifacts: Check = {
  area: "origins",
  name: "pipeline-artifacts",
  proves:
    "With a session, an artifact of Kubeflow Pipelines is asked for with exactly one namespace or refused with 403, and a browser gives it an origin of nobody's.",
  mend: "The filter gatehouse.pipeline_artifacts of EnvoyFilter ingress/gatehouse (documents/gateway/pipeline-artifacts.lua).",
  exercises: ["gateway"],
  needs: ["user", "sessions"],
  async run({ target, probe, signal }) {
    const { gate } = target;
    const { jar } = await signIn(target, somebody(target), new URL("/", target.echo ?? gate), signal);
    const asked = (path: string, host = gate.host) =>
      ask(target, gate, path, {
        headers: [["Host", host], ...pageHeaders, ["Cookie", jar.header(gate, path)]],
        signal,
      });
    await inParallel(withoutNamespace, async (path) => {
      const { status } = await asked(path);
      probe.expect(
        status === 403,
        `${path.slice(0, 100)} is refused with 403`,
        `${path.slice(0, 100)} should get 403 for want of one namespace; it got ${status}`,
      );
    });
    // What Envoy takes for a port, and finds the gate's routes without it.
    await inParallel([":", ":x", ":+443"], async (port) => {
      const { status } = await asked(artifact, `${gate.hostname}${port}`);
      probe.expect(
        status === 403,
        `an artifact of the host ${gate.hostname}${port} is refused with 403`,
        `an artifact of the host ${gate.hostname}${port} should get 403 for want of a namespace; it got ${status}`,
      );
    });
    const answer = await asked(`${artifact}&namespace=team-a`);
    probe.expect(
      answer.status !== 403,
      "an artifact with its namespace goes on",
      "an artifact with its namespace should go on; it got 403",
    );
    const policies = headersNamed(answer, "content-security-policy");
    probe.expect(
      policies.some((policy) => /(?:^|[,;])\s*sandbox(?![^;,]*allow-(?:same-origin|scripts))/.test(policy)),
      "an artifact is a page of no origin's, without scripts",
      `an artifact should come with the directive sandbox in its Content-Security-Policy; it has ${policies.join(" and ") || "none"}`,
    );
  },
};
