/** Machine identities. */
import { z } from "zod";
import { machineIssuer } from "../issuers";

export const machinesSettings = z
  .strictObject({
    issuers: z
      .array(machineIssuer)
      .default([])
      .describe("Issuers besides Dex whose tokens open the gate as `Authorization: Bearer`."),
  })
  .prefault({})
  .describe("Machine identities.");
