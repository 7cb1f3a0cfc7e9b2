import { spawn } from "node:child_process";
import { type Command } from "commander";
import { layout } from "../node/layout";
import { clientCommand, nodeCommand } from "../node/machines";

/** Runs a command where people sit, or on the node: `bed exec -- curl https://…`. */
export function addExec(program: Command): void {
  program
    .command("exec")
    .description("run a command on the client's side of the bed: names and addresses are the cluster's")
    .option("--node", "run it on the node instead")
    .argument("<command...>", "the command, after --")
    .action(async (command: string[], { node = false }: { node?: boolean }) => {
      const [file = "", ...args] = node ? nodeCommand(command) : clientCommand(command);
      const env = {
        ...process.env,
        KUBECONFIG: layout().kubeconfig,
        PATH: `${layout().path}:${process.env.PATH ?? ""}`,
      };
      process.exitCode = await new Promise<number>((resolve, reject) => {
        const child = spawn(file, args, { stdio: "inherit", env });
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
          process.on(signal, () => child.kill(signal));
        }
        child.once("error", reject);
        child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
      });
    });
}
