/** Who may sign in, and how. */
import { z } from "zod";
import { dnsName, groupName, listOf } from "../fields";
import { connector } from "../connectors";
import { staticUser } from "../issuers";
import { provider } from "../provider";

export const identitySettings = z
  .strictObject({
    provider: provider.describe("Who vouches for people."),
    staticUsers: z
      .array(staticUser)
      .default([])
      .describe(
        "Users that Dex knows by a generated password, in `dev` only; the password is a secret output of the stack.",
      ),
    connectors: z.array(connector).prefault([]).describe("Identity providers behind Dex."),
    emailDomains: listOf(dnsName).default([]).describe("E-mail domains whose users may sign in."),
    allowedGroups: listOf(groupName)
      .default([])
      .describe("Groups whose members may sign in; empty admits every user of `emailDomains`."),
  })
  .prefault({})
  .describe("Who may sign in, and how.");
