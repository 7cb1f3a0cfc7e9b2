import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../command";

export interface PipRequest {
  /** What this is about, for errors. */
  doing: string;
  /** The Python that asks. */
  python: string;
  /** A file with each wheel's version and hashes. */
  requirements: string;
  /** The folder where the packages go. */
  site: string;
  timeoutMs?: number;
}

/** Has pip, as this machine configures it, put wheels whose hashes are known into a folder, and run nothing of them. */
export async function installWheels({ doing, python, requirements, site, timeoutMs }: PipRequest): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "gatehouse-pip-"));
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  try {
    const venv = join(work, "venv");
    await run(doing, python, ["-m", "venv", venv], limit);
    await run(
      doing,
      join(venv, "bin", "python"),
      [
        ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"],
        // A source distribution would run its own build here.
        ...["--only-binary", ":all:", "--require-hashes", "--no-compile"],
        ...["--target", site, "--requirement", requirements],
      ],
      limit,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
