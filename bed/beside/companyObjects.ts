import { stringify } from "yaml";
import { kubectl, type ProgramPaths } from "../node/controlPlane";

/** Puts objects into the cluster in the company's name, so that they are nobody else's to change. */
export async function applyAsCompany(programs: ProgramPaths, objects: readonly object[]): Promise<void> {
  const command = ["apply", "--server-side", "--field-manager=company", "--force-conflicts", "-f", "-"];
  await kubectl(programs, command, objects.map((object) => stringify(object)).join("---\n"));
}
