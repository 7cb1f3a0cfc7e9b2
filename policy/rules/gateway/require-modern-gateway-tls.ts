import { protoField } from "../../../documents/istio/envoyTls";
import { isMap, join, mapAt, type Manifest } from "../../manifest";
import { mapsIn, patchesOf } from "../../readers/envoyFilter";
import {
  apiListeners,
  isApiGateway,
  isIstioGateway,
  isKind,
  mapsAt,
  type Placed,
  show,
  specOf,
  textAt,
  textsAt,
} from "../../readers/istio";
import { fieldOf, meshConfigsOf, messageAt } from "../../readers/istioMesh";
import { type Finding, inspect, type Mended, type Rule, violation } from "../../rule";
import { istioPage, weakness } from "../istio/facts";

const { framework, reference } = weakness(327, "Use of a Broken or Risky Cryptographic Algorithm");

/** Istio's default, for which TLS_AUTO and an absent field stand, is TLS 1.2 (networking/v1alpha3/gateway.proto). */
const versions = [undefined, null, "TLS_AUTO", "TLSV1_2", "TLSV1_3"];

/** Those that a remedy replaces. Nobody knows what another word means, or was to mean. */
const broken: readonly unknown[] = ["TLSV1_0", "TLSV1_1"];

/** Envoy's, whose own default for a server is TLS 1.2 too. */
const envoyVersions = [undefined, null, "TLS_AUTO", "TLSv1_2", "TLSv1_3"];

/** Forward secrecy and authenticated encryption; names as OpenSSL has them, and those of TLS 1.3. */
const cipher =
  /^(ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305(-SHA256)?)|TLS_(AES_(128|256)_GCM|CHACHA20_POLY1305)_SHA(256|384))$/;

export const requireModernGatewayTls: Rule = {
  name: "require-modern-gateway-tls",
  title: "Modern TLS with forward secrecy",
  why:
    "TLS 1.0 and 1.1 can be broken, and a cipher without forward secrecy opens everything that was recorded to whoever gets " +
    "the gateway's key later.",
  mend: "Write minProtocolVersion: TLSV1_2 or TLSV1_3, and ECDHE ciphers with GCM or ChaCha20 or no list at all.",
  remedy:
    "Writes TLSV1_2 for an older minProtocolVersion of an Istio Gateway and TLSV1_3 for an older maxProtocolVersion, because " +
    "RFC 8996 leaves nothing that may speak less; ciphers are left, because they depend on the certificate.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    { id: "RFC 8996", url: "https://www.rfc-editor.org/rfc/rfc8996", about: "TLS 1.0 and 1.1 must not be used" },
    { id: "RFC 9325", url: "https://www.rfc-editor.org/rfc/rfc9325", about: "recommended versions and ciphers of TLS" },
    istioPage(
      "Istio Gateway",
      "reference/config/networking/gateway/#ServerTLSSettings",
      "minProtocolVersion, and cipherSuites for TLS 1.2",
    ),
  ],
  settings: [],
  check(manifest) {
    if (isIstioGateway(manifest)) return gateway(manifest);
    if (isApiGateway(manifest)) return apiListeners(manifest).flatMap((listener) => inspect(() => options(listener)));
    if (isKind(manifest, "EnvoyFilter")) return envoyFilter(manifest);
    return meshConfigsOf(manifest).flatMap((mesh) =>
      inspect(() =>
        ["mesh_mTLS", "tls_defaults"].flatMap((name) => {
          const { field, value } = fieldOf(messageAt(mesh, name), "min_protocol_version");
          const ciphers = fieldOf(messageAt(mesh, name), "cipher_suites");
          return [...version(field, value, versions), ...weak(ciphers.field, textsAt(ciphers.value, ciphers.field))];
        }),
      ),
    );
  },
};

function gateway(manifest: Manifest): Finding[] {
  return mapsAt(specOf(manifest)["servers"], "spec.servers").flatMap(({ field, map }) =>
    inspect(() => {
      const place = `${field}.tls`;
      const tls = mapAt(map["tls"], place);
      const ciphers = textsAt(tls["cipherSuites"], `${place}.cipherSuites`);
      return [
        ...(
          [
            ["minProtocolVersion", "TLSV1_2"],
            ["maxProtocolVersion", "TLSV1_3"],
          ] as const
        ).flatMap(([key, instead]) =>
          version(`${place}.${key}`, tls[key], versions, broken.includes(tls[key]) ? { value: instead } : undefined),
        ),
        ...weak(`${place}.cipherSuites`, ciphers),
      ];
    }),
  );
}

function envoyFilter(manifest: Manifest): Finding[] {
  return patchesOf(manifest).flatMap(({ value }) =>
    inspect(() =>
      // Wherever they stand: in a TLS context, in QUIC's, in an SDS secret or a bootstrap.
      mapsIn(value).flatMap(({ field, map }) => {
        const [key, tls] = protoField(map, "tls_params");
        return isMap(tls) ? params({ field: join(field, key), map: tls }) : [];
      }),
    ),
  );
}

function params({ field, map }: Placed): Finding[] {
  const ciphers = fieldOf({ field, map }, "cipher_suites");
  const versionsSaid = ["tls_minimum_protocol_version", "tls_maximum_protocol_version"].flatMap((name) => {
    const said = fieldOf({ field, map }, name);
    return version(said.field, said.value, envoyVersions);
  });
  return [...versionsSaid, ...weak(ciphers.field, eachCipher(textsAt(ciphers.value, ciphers.field)))];
}

/** Envoy takes groups of equal preference, as in `[A|B]`. */
function eachCipher(suites: readonly string[]): string[] {
  return suites.flatMap((text) => text.replace(/^\[|\]$/g, "").split("|"));
}

/** Istio's word for ciphers at a listener of the Gateway API, with commas between them. */
function options({ field, map }: Placed): Finding[] {
  const place = `${field}.tls.options`;
  const said = mapAt(mapAt(map["tls"], `${field}.tls`)["options"], place)["gateway.istio.io/tls-cipher-suites"];
  const at = join(place, "gateway.istio.io/tls-cipher-suites");
  const names = textAt(said, at)
    .split(",")
    .map((name) => name.trim());
  return weak(
    at,
    names.filter((name) => name !== ""),
  );
}

function version(field: string, value: unknown, known: readonly unknown[], mended?: Mended): Finding[] {
  if (known.includes(value)) return [];
  const names = `${String(known[3])}, ${String(known[4])}`;
  return [violation(field, `${field} is ${show(value)}. Write TLS 1.2 or 1.3 (${names}).`, mended)];
}

function weak(field: string, ciphers: readonly string[]): Finding[] {
  const bad = ciphers.filter((name) => !cipher.test(name));
  if (bad.length === 0) return [];
  return [violation(field, `${field} has ${bad.join(", ")}. Take out what is not ECDHE with GCM or ChaCha20.`)];
}
