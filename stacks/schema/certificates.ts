/** The private CA and what it issues. */
import { z } from "zod";
import { duration, line } from "../fields";

export const certificatesSettings = z
  .strictObject({
    organization: line(
      "write the organisation's name, 48 characters at the most: the CA's own name adds to it, and X.520 ends at 64",
      {
        longest: 48,
      },
    )
      .default("Kubeflow Gatehouse")
      .describe("Organisation in the subject of the private CA and of the certificates."),
    duration: duration.default("2160h").describe("Lifetime of the certificates that cert-manager issues."),
    renewBefore: duration.default("360h").describe("How long before the end cert-manager renews them."),
    caDuration: duration.default("87600h").describe("Lifetime of the private CA."),
  })
  .prefault({})
  .describe("The private CA and what it issues.");
