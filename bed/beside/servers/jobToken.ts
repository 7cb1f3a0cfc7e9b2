import { join } from "node:path";
import { z } from "zod";
import { namespaces } from "../../../stacks/namespaces";
import { layout } from "../../node/layout";
import { onClient } from "../../node/machines";
import { writePrivateJson } from "../../platform/privateFiles";
import { kubectl } from "../../node/controlPlane";
import { ownAuthority } from "../authority";
import { jobs, jobsClient, loginIssuer, type LoginServer } from "./login";

/** The client and the connector that a mode's settings give to jobs. */
export const job = { client: "ci", connector: "jobs" } as const;

/** Asks for a token as a program; the password is in its environment and in no list of processes. */
const grant = `
const form = new URLSearchParams({ grant_type: "password", scope: "openid email profile", username: process.env.EMAIL, password: process.env.PASSWORD });
const authorization = "Basic " + Buffer.from(process.env.CLIENT + ":" + process.env.SECRET).toString("base64");
const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
fetch(process.env.ISSUER + "/token", { method: "POST", headers, body: form, signal: AbortSignal.timeout(15000) })
  .then((answer) => answer.text()).then((text) => process.stdout.write(text));
`;

async function tokenOf({ jobs: { clientSecret, password } }: LoginServer, email: string): Promise<string> {
  const env = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: (await ownAuthority()).file,
    ISSUER: loginIssuer,
    CLIENT: jobsClient,
    SECRET: clientSecret,
    EMAIL: email,
    PASSWORD: password,
  };
  const answer = await onClient([process.execPath, "-e", grant], { env });
  return z.object({ id_token: z.string() }).parse(JSON.parse(answer)).id_token;
}

/** Writes what a job has: its CI's token, and the client of the gate's Dex that exchanges it. */
export async function jobFile(login: LoginServer, programs: (name: string) => string): Promise<string> {
  const data = JSON.parse(
    await kubectl(programs, ["-n", namespaces.auth, "get", "secret", "dex", "-o", "jsonpath={.data}"]),
  ) as Record<string, string>;
  return writePrivateJson(join(layout().beside, "job.json"), {
    client: job.client,
    secret: Buffer.from(data.MACHINE_CLIENT_SECRET_0 ?? "", "base64").toString(),
    connector: job.connector,
    user: jobs.ours.name,
    token: await tokenOf(login, jobs.ours.email),
    othersToken: await tokenOf(login, jobs.others.email),
  });
}
