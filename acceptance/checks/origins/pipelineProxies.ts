import { type Check, type CheckContext } from "../../check";
import { seenByBackend } from "../../echo";
import { inParallel } from "../../http/inParallel";
import { insteadOf, refusedWith, type UiHost, uiHosts } from "./pipelinesUi";

/** The UI of Kubeflow Pipelines hands each of these on to whatever address it names (its frontend's proxy-middleware.ts). */
const anyAddress = [
  "/apis/v1beta1/_proxy/https%3A%2F%2Fevil.example%2F",
  "/apis/v2beta1/_proxy/http://169.254.169.254/latest/meta-data/",
  "/apis/v2beta1/%5Fproxy/evil.example/",
  "/apis/v2beta1/%255fproxy/evil.example/",
  "/apis/v2beta1/_PROXY/evil.example/",
  "/apis/v2beta1/runs/_proxy%2Fevil.example",
];

/** And these to a TensorBoard, which is on its own host where what runs anybody's code has one. */
const boards = ["/apps/tensorboard/proxy/viewer-0123/", "/apps%2Ftensorboard/proxy/viewer-0123/"];

const words = {
  anyAddress: "This proxy would show pages of any address",
  boards: "TensorBoards are on hosts of their own",
};

/** A link to them would show anybody's page as the dashboard's own. */
export const pipelineProxies: Check = {
  area: "origins",
  name: "pipeline-proxies",
  proves:
    "With a session, the proxies of Kubeflow Pipelines' UI to any address (CVE-2026-54745) get 403, in other spellings, too, and so do those to its TensorBoards where notebooks have hosts of their own; the API beside them goes on. At the gate's host, and at one of the UI's own, which sees no Referer with such an address.",
  mend: "The filter gatehouse.pipeline_proxies of EnvoyFilter ingress/gatehouse, and of ingress/app-<name> for an application that is the UI (documents/gateway/pipeline-proxies.lua, apps[].pipelinesUi).",
  exercises: ["gateway"],
  needs: ["user", "sessions"],
  async run(context) {
    for (const host of await uiHosts(context)) {
      await proxiesAt(context, host);
      await referersAt(context, host);
    }
  },
};

async function proxiesAt({ target, probe }: CheckContext, { url, folder, ask }: UiHost): Promise<void> {
  const closed = [
    ...anyAddress.map((path) => [path, words.anyAddress] as const),
    ...(target.notebooks === undefined ? [] : boards.map((path) => [path, words.boards] as const)),
  ];
  await inParallel(closed, async ([path, said]) => {
    const answer = await ask(`${folder}${path}`);
    probe.expect(
      refusedWith(said, answer),
      `${url.hostname}${folder}${path} is refused with 403`,
      `${url.hostname}${folder}${path} would show others' pages on this origin and should get the gate's 403; it got ${insteadOf(said, answer)}`,
    );
  });
  const posted = await ask(`${folder}${anyAddress[0]}`, { method: "POST", headers: [["Content-Length", "0"]] });
  probe.expect(
    refusedWith(words.anyAddress, posted),
    `what is posted to such a proxy of ${url.hostname} is refused with 403`,
    `what is posted to such a proxy of ${url.hostname} should get the gate's 403; it got ${insteadOf(words.anyAddress, posted)}`,
  );
  const beside = await ask(`${folder}/apis/v2beta1/runs?filter=_proxy/`);
  probe.expect(
    !refusedWith(words.anyAddress, beside),
    `the API beside them goes on at ${url.hostname}`,
    `the API beside them should go on at ${url.hostname}; the gate refused it`,
  );
}

/** The UI takes the address from there, whatever the path is. It shows where what answers is the echo. */
async function referersAt({ probe }: CheckContext, { url, folder, ask }: UiHost): Promise<void> {
  for (const [path, referer, kept] of [
    [
      folder === "" ? "/" : folder,
      `https://evil.example${folder}/apis/v1beta1/_proxy/http:%2F%2Fevil.example%2F`,
      false,
    ],
    [`${folder}/static/x.js`, `${url.origin}${folder}/apis/v1beta1/_proxy/evil.example`, false],
    [`${folder}/`, `${url.origin}${folder}/`, true],
  ] as const) {
    const seen = seenByBackend(await ask(path, { headers: [["Referer", referer]] }));
    if (seen !== undefined) {
      const came = seen.headers["referer"];
      probe.expect(
        came === (kept ? referer : undefined),
        `${url.hostname}${path} is asked ${kept ? "with" : "without"} the Referer ${referer}`,
        `${url.hostname}${path} should be asked ${kept ? "with" : "without"} the Referer ${referer}; it saw ${came ?? "none"}`,
      );
    }
  }
}
