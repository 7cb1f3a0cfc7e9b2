import { type Command } from "commander";
import { endInOrder } from "../interruption";
import { applyMutation, undoMutation } from "../mutations/apply";
import { runNetworkAgent } from "../node/network/agent";
import { renewCertificateInside } from "../beside/edgeSecret";
import {
  compareInside,
  deployAgainInside,
  deployInside,
  prepareInside,
  refusedInside,
  removeInside,
  rotateInside,
} from "../platformInside";

/** Steps that the bed runs itself, inside its machines. */
export function addInside(program: Command): void {
  const inside = program.command("inside", { hidden: true });
  // Pulumi is not to go on without whoever asked for it; the network agent ends with its machine.
  inside.hook("preAction", (_, step) => {
    if (step.name() !== "network-agent") {
      endInOrder({ leave: true, graceMs: 5000 });
    }
  });
  inside
    .command("network-agent")
    .argument("<kubeconfig>")
    .action((kubeconfig: string) => runNetworkAgent(kubeconfig));
  inside.command("prepare").action(() => prepareInside());
  inside
    .command("refused")
    .argument("<file>")
    .action((file: string) => refusedInside(file));
  inside.command("deploy").action(() => deployInside());
  inside
    .command("compare")
    .argument("<file>")
    .action((file: string) => compareInside(file));
  inside.command("again").action(() => deployAgainInside());
  inside.command("remove").action(() => removeInside());
  inside
    .command("mutate")
    .argument("<name>")
    .option("--undo", "put it back as it was", false)
    .action((name: string, { undo }: { undo: boolean }) => (undo ? undoMutation(name) : applyMutation(name)));
  inside.command("renew-certificate").action(() => renewCertificateInside());
  inside
    .command("rotate")
    .argument("<secret>")
    .action((secret: string) => rotateInside(secret));
}
