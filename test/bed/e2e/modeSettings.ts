import { after } from "mocha";
import { givenKeySetting } from "../../../bed/beside/givenPair";
import { type Mode } from "../../../bed/e2e/mode";
import { writeBedStack } from "../../../bed/platform/stackFile";
import { type Settings } from "../../../stacks/schema";
import { companyCa } from "../../stacks/identities";
import { temporaryFolder } from "../../cli/gatehouse";

const folder = temporaryFolder();
after(folder.remove);

const jwk = {
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
};

/** The certificate of the gate's hosts, of a CA that nobody has the key of. */
export const gateCertificate = `-----BEGIN CERTIFICATE-----
MIIBzDCCAXKgAwIBAgIURDCZIJpDSd1ZeQw8Dcu2OplzjvMwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjgxODI2MjRaGA8yMTI2MTEwNDE4
MjYyNFowDDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPvx
wgGBjAqUC5Zw3OlourLuZUUg79cStb2eI9i1pdUVEQ/cCX4ZNvlOzjjdyz5YtIIQ
757P4zp/smEePAWdH7ujgakwgaYwNwYDVR0RBDAwLoIUa3ViZWZsb3cuZXhhbXBs
ZS5jb22CFioua3ViZWZsb3cuZXhhbXBsZS5jb20wEwYDVR0lBAwwCgYIKwYBBQUH
AwEwCwYDVR0PBAQDAgeAMAkGA1UdEwQCMAAwHQYDVR0OBBYEFJ4zSHw/iEDuD3Qu
bjc04He0pQwAMB8GA1UdIwQYMBaAFJEmg30svHmjK1jq2FWcMUON0XXgMAoGCCqG
SM49BAMCA0gAMEUCIQDNa/F2xOE51VWlRatLm1y0TVLnJBMRbc29+TQarAPLlAIg
KsB3X5orYqUy4/UmriaoZveZJFztaItf+kj7YsBLPLo=
-----END CERTIFICATE-----
`;

/** The settings of a mode as the bed has them, on a cluster like its own. */
export function settingsOf({
  name,
  stack,
  settings,
  beside,
}: Pick<Mode, "name" | "stack" | "settings" | "beside">): Settings {
  return writeBedStack({
    stack,
    state: folder.path(name),
    charts: "/charts",
    surroundings: {
      apiServer: { cidrs: ["172.18.0.2/32"], ports: [6443] },
      dns: { namespace: "kube-system", podLabels: ["k8s-app=kube-dns"], ports: [53] },
      issuer: { url: "https://kubernetes.default.svc.cluster.local", jwks: JSON.stringify({ keys: [jwk] }) },
    },
    settings:
      typeof settings === "function"
        ? settings({ authority: companyCa, gate: gateCertificate, signing: gateCertificate })
        : settings,
    secrets: beside?.includes("given-certificate") === true ? { [givenKeySetting]: "/given.key" } : {},
  }).settings;
}
