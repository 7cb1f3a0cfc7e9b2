import { type Command } from "commander";
import { runNetworkAgent } from "../node/network/agent";
import { deployInside, rotateInside } from "../platformInside";

/** Steps that the bed runs itself, inside its machines. */
export function addInside(program: Command): void {
  const inside = program.command("inside", { hidden: true });
  inside
    .command("network-agent")
    .argument("<kubeconfig>")
    .action((kubeconfig: string) => runNetworkAgent(kubeconfig));
  inside.command("deploy").action(() => deployInside());
  inside
    .command("rotate")
    .argument("<secret>")
    .action((secret: string) => rotateInside(secret));
}
