import { join } from "../../manifest";
import { sectionOf } from "../../readers/dex";
import { violation } from "../../rule";
import { ghsa, rfc, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

/** Dex's own listeners speak TLS 1.2 or later. */
export const requireDexTlsVersion = dexRule(
  {
    name: "require-dex-tls-version",
    title: "No broken versions of TLS at Dex",
    why: "TLS 1.0 and 1.1 are broken, and Dex has offered them although its configuration said otherwise.",
    mend: 'Write tlsMinVersion: "1.2" or "1.3", or leave it out with a current Dex.',
    severity: "medium",
    enforcementLevel: "mandatory",
    ...weakness(
      326,
      "Inadequate Encryption Strength",
      ghsa("gr79-9v6v-gc9r", "Dex served TLS 1.0 and 1.1"),
      rfc(8996, "1", "TLS 1.0 and 1.1 must not be used"),
      asvs("12.1.1", "TLS 1.2 and later only"),
    ),
    settings: [],
  },
  {
    documents: ["web", "grpc"].map((listener) => (document: Parameters<typeof sectionOf>[0]) => {
      const { field, section } = sectionOf(document, listener);
      const place = join(field, "tlsMinVersion");
      const version = section["tlsMinVersion"];
      if (version === undefined || version === null || version === "" || version === "1.2" || version === "1.3")
        return [];
      return [violation(place, `${place} = ${shown(version)} is neither "1.2" nor "1.3". Write "1.2".`)];
    }),
  },
);
