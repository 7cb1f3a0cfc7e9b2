import { type Check } from "../../check";
import { inParallel } from "../../http/inParallel";
import { ask } from "../../http/request";
import { pageHeaders } from "../../signIn/hop";
import { signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";

/** The UI of Kubeflow Pipelines hands each of these on to whatever address it names (its frontend's proxy-middleware.ts). */
const anyAddress = [
  "/pipeline/apis/v1beta1/_proxy/https%3A%2F%2Fevil.example%2F",
  "/pipeline/apis/v2beta1/_proxy/http://169.254.169.254/latest/meta-data/",
  "/pipeline/apis/v2beta1/%5Fproxy/evil.example/",
  "/pipeline/apis/v2beta1/%255fproxy/evil.example/",
  "/pipeline/apis/v2beta1/_PROXY/evil.example/",
  "/pipeline/apis/v2beta1/runs/_proxy%2Fevil.example",
];

/** And these to a TensorBoard, which is on its own host where what runs anybody's code has one. */
const boards = ["/pipeline/apps/tensorboard/proxy/viewer-0123/", "/pipeline/apps%2Ftensorboard/proxy/viewer-0123/"];

/** A link to them would show anybody's page as the dashboard's own. */
export const pipelineProxies: Check = {
  area: "origins",
  name: "pipeline-proxies",
  proves:
    "With a session, the proxies of Kubeflow Pipelines' UI to any address (CVE-2026-54745) get 403, in every spelling, as do those to its TensorBoards where notebooks have hosts of their own; the API beside them goes on.",
  mend: "The filter gatehouse.pipeline_proxies of EnvoyFilter ingress/gatehouse (documents/gateway/pipeline-proxies.lua).",
  exercises: ["gateway"],
  needs: ["user", "sessions"],
  async run({ target, probe, signal }) {
    const { gate, notebooks } = target;
    const { jar } = await signIn(target, somebody(target), new URL("/", target.echo ?? gate), signal);
    const asked = async (path: string, method = "GET") => {
      const headers = [...pageHeaders, ["Cookie", jar.header(gate, path)], ...(method === "POST" ? [["Content-Length", "0"] as const] : [])] as const; // prettier-ignore
      return (await ask(target, gate, path, { method, headers, signal })).status;
    };
    await inParallel([...anyAddress, ...(notebooks === undefined ? [] : boards)], async (path) => {
      const status = await asked(path);
      probe.expect(
        status === 403,
        `${path} is refused with 403`,
        `${path} would show another address's page on the gate's origin and should get 403; it got ${status}`,
      );
    });
    const posted = await asked(anyAddress[0] ?? "", "POST");
    probe.expect(
      posted === 403,
      "what is posted to such a proxy is refused with 403",
      `what is posted to such a proxy should get 403; it got ${posted}`,
    );
    const beside = await asked("/pipeline/apis/v2beta1/runs?filter=_proxy/");
    probe.expect(
      beside !== 403 && beside !== 401,
      "the API beside them goes on",
      `the API beside them should go on; it got ${beside}`,
    );
  },
};
