import { type Manifest } from "../../../../policy/manifest";
import { forbidUnderscoredHeaders } from "../../../../policy/rules/istio/forbid-underscored-headers";
import { casesTogether } from "../cases";
import { gateway } from "../gateway/fixtures";
import { envoyFilter, meshConfigMap } from "./fixtures";

const pods: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "gateway", namespace: "ingress" },
  spec: {
    template: {
      metadata: {
        labels: { istio: "ingressgateway", app: "gateway" },
        annotations: { "proxy.istio.io/config": "connectionSettings:\n  profile: EDGE\n" },
      },
    },
  },
};

describe("forbid-underscored-headers", () => {
  const field = 'spec.template.metadata.annotations["proxy.istio.io/config"]: connectionSettings';
  const said: [number, string] = [
    0,
    `${field} lets headers with underscores in, and kubeflow_userid with them. ` +
      "Write httpHeadersWithUnderscoresAction: HEADERS_WITH_UNDERSCORES_DROP_HEADER.",
  ];
  const annotation = "spec.template.metadata.annotations.proxy~istio~io/config";
  const without = { [annotation]: undefined };
  const action = (name: string) => ({
    [annotation]: `connectionSettings: {httpHeadersWithUnderscoresAction: ${name}}`,
  });
  const options = "spec.configPatches[0].patch.value.typed_config.common_http_protocol_options";
  const refusing = { [options]: { headers_with_underscores_action: "REJECT_REQUEST" } };
  const mesh = "defaultConfig:\n  connectionSettings:\n    profile: EDGE\n";

  casesTogether(
    forbidUnderscoredHeaders,
    [pods, gateway, envoyFilter({ typed_config: {} }), meshConfigMap("defaultConfig: {}\n")],
    [
      ["advises it for pods without an annotation", { 0: without }, [said]],
      ["lets an action pass that drops the header", { 0: action("HEADERS_WITH_UNDERSCORES_DROP_HEADER") }, []],
      ["advises against an action that lets it in", { 0: action("HEADERS_WITH_UNDERSCORES_ALLOW") }, [said]],
      [
        "takes the action for more than the profile",
        {
          0: {
            [annotation]:
              "connectionSettings: {profile: EDGE, httpHeadersWithUnderscoresAction: HEADERS_WITH_UNDERSCORES_ALLOW}",
          },
        },
        [said],
      ],
      ["lets the mesh's default pass", { 0: without, 3: { "data.mesh": mesh } }, []],
      ["lets an EnvoyFilter for the pods pass", { 0: without, 2: refusing }, []],
      [
        "advises it where the filter is for other pods",
        { 0: without, 2: { ...refusing, "spec.workloadSelector.labels": { app: "x" } } },
        [said],
      ],
      [
        "says nothing about pods that are no gateway's",
        { 0: { ...without, "spec.template.metadata.labels": { app: "x" } } },
        [],
      ],
    ],
  );
});
