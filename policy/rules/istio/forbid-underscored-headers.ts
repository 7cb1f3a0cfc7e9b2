import { protoField } from "../../../documents/istio/envoyTls";
import { isMap } from "../../manifest";
import { mapsIn, patchesOf } from "../../readers/envoyFilter";
import { isIstioGateway, isKind, type Placed, specOf } from "../../readers/istio";
import { covers, labelsFrom, reachOf } from "../../readers/istioReach";
import { fieldOf, meshConfigsOf, messageAt } from "../../readers/istioMesh";
import { type Pods, podsOf } from "../../readers/proxyConfig";
import { type Member, type StackContext, type StackRule, violation } from "../../rule";
import { about, mayBe } from "./about";
import { envoyPage, istioPage, weakness } from "./facts";

const { framework, reference } = weakness(
  444,
  "Inconsistent Interpretation of HTTP Requests ('HTTP Request/Response Smuggling')",
);

/**
 * About pods that are a gateway's among these objects, and advisory: Istio has words for it since 1.31, and only backends
 * behind WSGI or CGI take both spellings for one. Kubeflow's web applications are Flask's, so they do.
 */
export const forbidUnderscoredHeaders: StackRule = {
  name: "forbid-underscored-headers",
  title: "A gateway lets no header with an underscore in",
  why:
    "Behind WSGI kubeflow_userid and kubeflow-userid are one header. Istio takes away what a client sent of the second, and " +
    "the first goes on to the application.",
  mend:
    "Write connectionSettings.httpHeadersWithUnderscoresAction: HEADERS_WITH_UNDERSCORES_DROP_HEADER, or profile: EDGE, into " +
    "the annotation proxy.istio.io/config of the gateway's pods.",
  severity: "medium",
  enforcementLevel: "advisory",
  framework,
  references: [
    reference,
    {
      id: "RFC 3875, section 4.1.18",
      url: "https://www.rfc-editor.org/rfc/rfc3875#section-4.1.18",
      about: "a header becomes a variable with underscores in place of dashes",
    },
    envoyPage(
      "Envoy edge best practices",
      "configuration/best_practices/edge",
      "headers_with_underscores_action: REJECT_REQUEST",
    ),
    istioPage(
      "Istio ProxyConfig",
      "reference/config/istio.mesh.v1alpha1/#ProxyConfig",
      "connectionSettings, with the profile EDGE",
    ),
  ],
  settings: ["rootNamespace"],
  checkTogether(members, context) {
    if (members.some(({ manifest }) => mayBe(() => meshConfigsOf(manifest).some(isRefusedByDefault)))) return [];
    const selectors = members
      .filter(({ manifest }) => isIstioGateway(manifest))
      .map(
        ({ manifest }) =>
          () =>
            labelsFrom(specOf(manifest)["selector"], "spec.selector"),
      );
    return members.flatMap((member) =>
      about(member, () =>
        podsOf(member.manifest, member.namespace)
          .filter(({ reach }) => selectors.some((labels) => selects(labels(), reach.labels)))
          .filter((pods) => !isRefused(pods.config) && !members.some((each) => isFiltered(each, pods, context)))
          .map(({ config }) =>
            violation(
              `${config.field}connectionSettings`,
              `${config.field}connectionSettings lets headers with underscores in, and kubeflow_userid with them. ` +
                "Write httpHeadersWithUnderscoresAction: HEADERS_WITH_UNDERSCORES_DROP_HEADER.",
            ),
          ),
      ),
    );
  },
};

/** No labels are every gateway, which can't be told from other pods then. */
function selects(labels: Record<string, string>, pod: Readonly<Record<string, string>>): boolean {
  const asked = Object.entries(labels);
  return asked.length > 0 && asked.every(([key, value]) => pod[key] === value);
}

const refusing = ["HEADERS_WITH_UNDERSCORES_REJECT_REQUEST", "HEADERS_WITH_UNDERSCORES_DROP_HEADER"];

function isRefusedByDefault(mesh: Placed): boolean {
  return isRefused(messageAt(mesh, "default_config"));
}

/** By itself, or by the profile's default. */
function isRefused(config: Placed): boolean {
  const settings = messageAt(config, "connection_settings");
  const { value } = fieldOf(settings, "http_headers_with_underscores_action");
  const isUnsaid = value === undefined || value === null || value === "HEADERS_WITH_UNDERSCORES_UNSPECIFIED";
  return isUnsaid ? fieldOf(settings, "profile").value === "EDGE" : refusing.some((action) => action === value);
}

/** The same by an EnvoyFilter for these pods. */
function isFiltered(member: Member, pods: Pods, context: StackContext): boolean {
  if (!isKind(member.manifest, "EnvoyFilter")) return false;
  return mayBe(
    () =>
      covers(reachOf(member, context), pods.reach) &&
      patchesOf(member.manifest).some(({ value, port }) =>
        mapsIn(value).some(({ map }) => {
          const [, options] = protoField(map, "common_http_protocol_options");
          const action = isMap(options) ? protoField(options, "headers_with_underscores_action")[1] : undefined;
          return port === undefined && (action === "REJECT_REQUEST" || action === "DROP_HEADER");
        }),
      ),
  );
}
