import { protoField } from "../../../documents/istio/envoyTls";
import { isMap, type Manifest } from "../../manifest";
import { mapsIn, patchesOf } from "../../readers/envoyFilter";
import { isIstioGateway, isKind, type Placed, specOf } from "../../readers/istio";
import { labelsFrom, reachOf } from "../../readers/istioReach";
import { fieldOf, meshConfigsOf, messageAt } from "../../readers/istioMesh";
import { LabelIndex } from "../../readers/labelIndex";
import { type Pods, podsOf } from "../../readers/proxyConfig";
import { ReachIndex } from "../../readers/reachIndex";
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
    const gateways = new GatewaySelectors(members);
    const filters = new Refusing(members, context);
    return members.flatMap((member) =>
      about(member, () =>
        podsOf(member.manifest, member.namespace)
          .filter(({ reach }) => gateways.select(reach.labels))
          .filter((pods) => !isRefused(pods.config) && !filters.areAbout(pods))
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

/** What Istio's Gateways select. No labels are every gateway, which can't be told from other pods then. */
class GatewaySelectors {
  readonly #index: LabelIndex<Record<string, string>>;
  readonly #unread: unknown[] = [];

  constructor(members: readonly Member[]) {
    const selectors: Record<string, string>[] = [];
    for (const { manifest } of members.filter((each) => isIstioGateway(each.manifest))) {
      try {
        const labels = labelsFrom(specOf(manifest)["selector"], "spec.selector");
        if (Object.keys(labels).length > 0) selectors.push(labels);
      } catch (error) {
        this.#unread.push(error);
      }
    }
    this.#index = new LabelIndex(selectors.map((labels) => [labels, labels]));
  }

  select(pod: Readonly<Record<string, string>>): boolean {
    const asked = this.#index.candidates(pod);
    if (asked.some((labels) => Object.entries(labels).every(([key, value]) => pod[key] === value))) return true;
    if (this.#unread.length > 0) throw this.#unread[0];
    return false;
  }
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

/** EnvoyFilters that do the same for pods; one that can't be told may. */
class Refusing {
  readonly #filters: ReachIndex<Member>;

  constructor(members: readonly Member[], context: StackContext) {
    this.#filters = new ReachIndex(
      members.filter(({ manifest }) => isKind(manifest, "EnvoyFilter") && mayBe(() => refuses(manifest))),
      (filter) => reachOf(filter, context),
    );
  }

  areAbout(pods: Pods): boolean {
    return this.#filters.unread.length > 0 || this.#filters.covering(pods.reach).length > 0;
  }
}

function refuses(filter: Manifest): boolean {
  return patchesOf(filter).some(({ value, port }) =>
    mapsIn(value).some(({ map }) => {
      const [, options] = protoField(map, "common_http_protocol_options");
      const action = isMap(options) ? protoField(options, "headers_with_underscores_action")[1] : undefined;
      return port === undefined && (action === "REJECT_REQUEST" || action === "DROP_HEADER");
    }),
  );
}
