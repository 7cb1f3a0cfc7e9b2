import { join } from "node:path";
import { nodeCommand } from "../machines";
import { startDetached, type Started } from "../processes";

/** Starts the network agent on the node, as a process of this very program. */
export function startNetworkAgent(): Started {
  const program = join(__dirname, "..", "..", "..", "bin", "bed.js");
  const command = [process.execPath, program, "inside", "network-agent", "/etc/kubernetes/admin.conf"];
  return startDetached("network-agent", nodeCommand(command));
}
