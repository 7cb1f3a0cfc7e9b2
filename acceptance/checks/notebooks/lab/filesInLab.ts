import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type CheckContext } from "../../../check";
import { waitFor } from "../../../cluster/wait";
import { type NotebookAddress } from "../../../notebookHosts";
import { type LabPage } from "./labPage";

const mebibyte = 1 << 20;
/** The Lab sends large files in parts of a mebibyte. */
const inParts = 24 * mebibyte;
/** As notebooks with large outputs are saved. */
const atOnce = 32 * mebibyte;

/** How long a file may be on its way, in milliseconds. */
const patience = 120_000;

/** Files go up by the Lab's button and in one request, and come down by its menu, as they were. */
export async function filesInLab(context: CheckContext, lab: LabPage, { prefix }: NotebookAddress): Promise<void> {
  const { probe, signal } = context;
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-upload-"));
  try {
    const name = "upload.bin";
    const path = join(folder, name);
    const content = randomBytes(inParts);
    await writeFile(path, content);
    probe.busy(`an upload of ${inParts / mebibyte} MiB`);
    await lab.upload(path);
    const about = JSON.stringify(`${prefix}api/contents/${name}?content=0`);
    const whole = async () => {
      const size = await lab.page.evaluate<number>(
        `fetch(${about}).then((it) => it.json()).then(({ size }) => size ?? 0, () => 0)`,
      );
      return size === inParts ? size : undefined;
    };
    await waitFor(`all of ${inParts} bytes are uploaded`, whole, { within: patience, signal });
    probe.busy("the download of the same");
    const came = await sumOf(await (await lab.download(name)).path());
    probe.expect(
      came === createHash("sha256").update(content).digest("hex"),
      "a file that went up by the Lab's button comes down by its menu as it was",
      `a file of ${inParts} bytes should come down as it went up; it came down as another`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await inOneRequest(context, lab, prefix);
}

/** Jupyter takes it only with the token of its own cookie, which therefore went both ways. */
async function inOneRequest({ probe }: CheckContext, { page }: LabPage, prefix: string): Promise<void> {
  probe.busy(`a request of ${atOnce / mebibyte} MiB`);
  const saved = await page.evaluate<{ status: number; size: number }>(`(async () => {
    const [, token = ""] = /(?:^|; )_xsrf=([^;]+)/.exec(document.cookie) ?? [];
    const answer = await fetch(${JSON.stringify(`${prefix}api/contents/large.txt`)}, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-XSRFToken": token },
      body: JSON.stringify({ type: "file", format: "text", content: "x".repeat(${atOnce}) }),
    });
    return { status: answer.status, size: (await answer.json().catch(() => ({}))).size ?? 0 };
  })()`);
  probe.expect(
    saved.status === 201 && saved.size === atOnce,
    `a request of ${atOnce} bytes is saved`,
    `a request with ${atOnce} bytes should be saved with 201; came ${saved.status}, with ${saved.size} bytes saved`,
  );
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
