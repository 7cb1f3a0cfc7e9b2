/** What tests of the edge look at. */
import { recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { settingsOf, type Tree } from "../stacks/fixture";

export const secret = { secretKeys: ["certificates"] };
export const record = (settings: Tree, surroundings = {}): Promise<Recording> =>
  recordPlatform(settingsOf(settings, surroundings));

export interface Server {
  port: { number: number; name: string; protocol: string };
  hosts: string[];
  tls?: { mode?: string; credentialName?: string; httpsRedirect?: boolean };
}

export const serversOf = (recording: Recording, name = "gatehouse") =>
  recording.object<{ spec: { servers: Server[] } }>("Gateway", name, "ingress").spec.servers;
export const issuerOf = (recording: Recording) =>
  recording.object<{ spec: { acme: { email: string; server: string; caBundle?: string; solvers: object[] } } }>(
    "Issuer",
    recording.all("Issuer", "ingress")[0]?.metadata.name ?? "",
    "ingress",
  );
export const edgeOf = (recording: Recording) =>
  recording.object<{ spec: Record<string, unknown> }>("Certificate", "gatehouse-edge", "ingress");
export const filterOf = (recording: Recording) =>
  JSON.stringify(recording.object("EnvoyFilter", "gatehouse", "ingress"));
