import { after } from "mocha";
import { type Mode } from "../../../bed/e2e/modes";
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

/** The settings of a mode as the bed has them, on a cluster like its own. */
export function settingsOf({ name, stack, settings }: Pick<Mode, "name" | "stack" | "settings">): Settings {
  return writeBedStack({
    stack,
    state: folder.path(name),
    charts: "/charts",
    surroundings: {
      apiServer: { cidrs: ["172.18.0.2/32"], ports: [6443] },
      dns: { namespace: "kube-system", podLabels: ["k8s-app=kube-dns"], ports: [53] },
      issuer: { url: "https://kubernetes.default.svc.cluster.local", jwks: JSON.stringify({ keys: [jwk] }) },
    },
    settings: typeof settings === "function" ? settings(companyCa) : settings,
  }).settings;
}
