import { type Page } from "playwright-core";
import { type Probe } from "../check";

const tries = 3;

/** A picture for the report. Chromium now and then can't draw one (no GPU, busy machine); that says nothing of the gate. */
export async function screenshot(page: Page, probe: Pick<Probe, "file" | "seen">, name: string): Promise<void> {
  const path = probe.file(name);
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    try {
      await page.screenshot({ path, timeout: 10_000 });
      return;
    } catch (error) {
      if (page.isClosed()) {
        throw error;
      }
    }
  }
  probe.seen(`Chromium could not draw ${name}`);
}
