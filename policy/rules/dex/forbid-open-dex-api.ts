import { join } from "../../manifest";
import { sectionOf } from "../../readers/dex";
import { violation } from "../../rule";
import { dexDocs, weakness } from "../identitySources";
import { dexContainersOf } from "../../readers/dexWorkload";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

const loopback = /^(127\.0\.0\.1|\[::1\]|localhost):\d+$/;

/** Nobody makes clients and passwords in Dex without a certificate. */
export const forbidOpenDexApi = dexRule(
  {
    name: "forbid-open-dex-api",
    title: "Dex's gRPC API asks for a client certificate",
    why:
      "The API makes clients, passwords and connectors, and knows no other authentication than a client certificate: " +
      "whoever reaches its port signs in as anybody.",
    mend: "Remove grpc, or give it tlsCert, tlsKey and tlsClientCA.",
    severity: "critical",
    enforcementLevel: "mandatory",
    ...weakness(
      306,
      "Missing Authentication for Critical Function",
      dexDocs("configuration/api", "the API is protected by mutual TLS only"),
      asvs("13.2.1", "services prove to each other who they are"),
    ),
    settings: [],
  },
  {
    documents: [
      (document) => {
        const { field, section } = sectionOf(document, "grpc");
        const address = section["addr"];
        if (address === undefined || address === null || address === "") return [];
        if (typeof address === "string" && loopback.test(address)) return [];
        const ca = section["tlsClientCA"];
        if (typeof ca === "string" && ca !== "") return [];
        const place = join(field, "tlsClientCA");
        return [
          violation(
            place,
            `${place} isn't set, so whoever reaches ${shown(address)} makes users. Name a CA, or remove grpc.`,
          ),
        ];
      },
    ],
    objects: (manifest) =>
      dexContainersOf(manifest).flatMap(({ flags }) =>
        flags
          .filter(({ name, value }) => name === "grpc-addr" && value !== "" && !loopback.test(value))
          .map(({ field, value }) =>
            violation(
              field,
              `${field} (--grpc-addr) = ${shown(value)} opens the API whatever the configuration says of it. Remove the flag, ` +
                "or write grpc.addr with tlsClientCA into the configuration.",
            ),
          ),
      ),
  },
);
