import { existsSync, readFileSync } from "node:fs";
import { type Command } from "commander";
import { exitCodes } from "../../cli/exit";
import { layout } from "../node/layout";
import { onNode } from "../node/machines";
import { isAlive, knownProcesses } from "../node/processes";

export function addStatus(program: Command): void {
  program
    .command("status")
    .description(
      "what runs, what is ready, and where the logs are; ends with 1 when something that was started has ended",
    )
    .action(async () => {
      const { logs, path, facts } = layout();
      const started = knownProcesses();
      if (started.length === 0) {
        process.stdout.write("no bed is up\n");
        process.exitCode = exitCodes.mandatoryViolation;
        return;
      }
      const lines = started.map((each) => `  ${isAlive(each) ? "runs" : "ENDED"}  ${each.name} (process ${each.pid})`);
      process.stdout.write(`${lines.join("\n")}\nlogs: ${logs}\n`);
      if (started.some((each) => !isAlive(each))) {
        process.exitCode = exitCodes.mandatoryViolation;
      }
      const kubectl = [`${path}/kubectl`, "--kubeconfig=/etc/kubernetes/admin.conf"];
      process.stdout.write(await onNode([...kubectl, "get", "pods", "--all-namespaces"]));
      if (existsSync(facts)) {
        const { url } = JSON.parse(readFileSync(facts, "utf8")) as { url?: string };
        process.stdout.write(`the gate: ${url ?? "not yet"} (npm run bed -- exec -- curl …)\n`);
      }
    });
}
