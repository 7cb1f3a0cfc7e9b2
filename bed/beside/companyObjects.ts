import { kubectl, type ProgramPaths } from "../node/controlPlane";

/** Puts objects into the cluster in the company's name, so that they are nobody else's to change. */
export async function applyAsCompany(programs: ProgramPaths, objects: readonly object[]): Promise<void> {
  const command = ["apply", "--server-side", "--field-manager=company", "--force-conflicts", "-f", "-"];
  // JSON, in which no text can be taken for a number or a switch.
  await kubectl(programs, command, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
}
