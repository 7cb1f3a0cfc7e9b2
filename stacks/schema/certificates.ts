/** Certificates. */
import { z } from "zod";
import { duration, line } from "../fields";
import { edge } from "./edge";

export const certificatesSettings = z
  .strictObject({
    edge,
    organization: line(
      "write the organisation's name, 48 characters at the most: the CA's own name adds to it, and X.520 ends at 64",
      {
        longest: 48,
      },
    )
      .default("Kubeflow Gatehouse")
      .describe("Organisation in the subject of the private CA and of the certificates."),
    duration: duration.default("2160h").describe("Lifetime of the certificates that the private CA issues."),
    renewBefore: duration.default("360h").describe("How long before their end cert-manager renews them."),
    caDuration: duration.default("87600h").describe("Lifetime of the private CA."),
  })
  .prefault({})
  .describe("The certificate of the public hosts, the private CA and what it issues.");
