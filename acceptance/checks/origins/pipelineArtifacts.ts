import { type Check, type CheckContext } from "../../check";
import { inParallel } from "../../http/inParallel";
import { headersNamed } from "../../http/request";
import { insteadOf, refusedWith, type UiHost, uiHosts } from "./pipelinesUi";

const artifact = "/artifacts/get?source=minio&bucket=mlpipeline&key=a";

/** The UI of Kubeflow Pipelines takes each of these for an address without a namespace, or for one with another. */
const withoutNamespace = [
  artifact,
  "/artifacts/minio/mlpipeline/a",
  "/ARTIFACTS/get?key=a",
  `${artifact}&namespace=`,
  `${artifact}&namespace=team-a&namespace=team-b`,
  `${artifact}&namespace[]=team-a`,
  `${artifact}&%6eamespace=team-a`,
  `${artifact}&namespace=team-a%2F..%2Fteam-b`,
  `${artifact}&${"x&".repeat(1100)}namespace=team-a`,
];

const words = "An artifact's address has to name its namespace once";

/** Anybody's pipeline makes artifacts, and the UI has the credentials for all of them. */
export const pipelineArtifacts: Check = {
  area: "origins",
  name: "pipeline-artifacts",
  proves:
    "With a session, an artifact of Kubeflow Pipelines is asked for with exactly one namespace or refused with 403, and a browser gives it an origin of nobody's; at the gate's host, and at one of the UI's own.",
  mend: "The filter gatehouse.pipeline_artifacts of EnvoyFilter ingress/gatehouse, and of ingress/app-<name> for an application that is the UI (documents/gateway/pipeline-artifacts.lua, apps[].pipelinesUi).",
  exercises: ["gateway"],
  needs: ["user", "sessions"],
  async run(context) {
    for (const host of await uiHosts(context)) {
      await artifactsAt(context, host);
    }
  },
};

async function artifactsAt({ probe }: CheckContext, { url, folder, ask }: UiHost): Promise<void> {
  await inParallel(withoutNamespace, async (path) => {
    const shown = `${url.hostname}${folder}${path.slice(0, 100)}`;
    const answer = await ask(`${folder}${path}`);
    probe.expect(
      refusedWith(words, answer),
      `${shown} is refused with 403`,
      `${shown} should get the gate's 403 for want of one namespace; it got ${insteadOf(words, answer)}`,
    );
  });
  // What Envoy takes for a port, and finds the host's routes without it.
  await inParallel([":", ":x", ":+443"], async (port) => {
    const answer = await ask(`${folder}${artifact}`, { host: `${url.hostname}${port}` });
    probe.expect(
      refusedWith(words, answer),
      `an artifact of the host ${url.hostname}${port} is refused with 403`,
      `an artifact of the host ${url.hostname}${port} should get the gate's 403 for want of a namespace; it got ${insteadOf(words, answer)}`,
    );
  });
  const answer = await ask(`${folder}${artifact}&namespace=team-a`);
  probe.expect(
    !refusedWith(words, answer),
    `an artifact at ${url.hostname} goes on with its namespace`,
    `an artifact at ${url.hostname} should go on with its namespace; the gate refused it`,
  );
  const policies = headersNamed(answer, "content-security-policy");
  probe.expect(
    policies.some((policy) => /(?:^|[,;])\s*sandbox(?![^;,]*allow-(?:same-origin|scripts))/.test(policy)),
    `an artifact at ${url.hostname} is a page of no origin's, without scripts`,
    `an artifact at ${url.hostname} should come with the directive sandbox in its Content-Security-Policy; it has ${policies.join(" and ") || "none"}`,
  );
}
