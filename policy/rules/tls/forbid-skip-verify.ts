import { isMap, join, type Manifest } from "../../manifest";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { verificationSwitch } from "./verification-switch";

/** Certificate verification is never turned off, under any of its names, wherever it stands. */
export const forbidSkipVerify: Rule = {
  name: "forbid-skip-verify",
  title: "Certificates are always verified",
  why:
    "A client that doesn't verify the certificate takes its tokens, keys and user data from whoever answers: anybody " +
    "on the network path can be the identity provider. A private CA is trusted by naming it, not by trusting everybody.",
  mend: "Remove the setting or set it to false, and name the CA: provider_ca_files (oauth2-proxy), rootCAs (Dex), caCertificates (Istio).",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework: { name: "CWE", version: "4", reference: "CWE-295", specification: "Improper Certificate Validation" },
  references: [
    {
      id: "CWE-295",
      url: "https://cwe.mitre.org/data/definitions/295.html",
      about: "improper certificate validation",
    },
  ],
  settings: [],
  check(manifest: Manifest) {
    if (manifest.kind === "CustomResourceDefinition") return [];
    return walk("", manifest);
  },
};

function walk(path: string, value: unknown): Finding[] {
  if (Array.isArray(value)) return value.flatMap((_, index) => inspect(() => walk(join(path, index), value[index])));
  if (!isMap(value)) return [];
  return Object.keys(value).flatMap((key) =>
    inspect(() => {
      const field = join(path, key);
      const child = value[key];
      if (verificationSwitch(key) === "turns verification off" && child !== false) {
        return [violation(field, `${field} = ${JSON.stringify(child)} turns certificate verification off.`)];
      }
      return walk(field, child);
    }),
  );
}
