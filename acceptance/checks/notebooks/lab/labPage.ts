import { basename } from "node:path";
import { type Download, type Locator, type Page } from "playwright-core";
import { Sockets } from "./sockets";

/** How long JupyterLab may take to draw something, in milliseconds. */
const patience = 60_000;

/** Where the Lab opens its websockets, below the notebook's path. */
export const kernelPath = /\/api\/kernels\/[^/]+\/channels$/;
export const terminalPath = /\/terminals\/websocket\/[^/]+$/;

const spoke = ({ open, received }: { open: boolean; received: string }) => open && received !== "";

/** What people do in JupyterLab, by the names that its parts have in its pages since version 4. */
export class LabPage {
  /** From before the page opened any. */
  readonly sockets: Sockets;

  constructor(readonly page: Page) {
    this.sockets = new Sockets(page);
  }

  /** Waits until the Lab is there, with what can be started in it. */
  async drawn(): Promise<void> {
    await this.page.locator(".jp-Launcher:visible .jp-LauncherCard").first().waitFor({ timeout: patience });
    // It asks whether somebody wants its news, over what is clicked later.
    await this.page.addStyleTag({ content: ".Toastify { display: none }" });
  }

  /** Starts a notebook, and waits until its kernel is there. */
  async newNotebook(): Promise<void> {
    await this.#launch("Notebook");
    // Before the kernel has said something the Lab drops what is to be run, although it shows it as idle.
    await until(() => this.sockets.at(kernelPath).some(spoke), "the kernel says something by its websocket");
    await this.#notebook.locator(`.jp-Notebook-ExecutionIndicator[data-status="idle"]`).waitFor({ timeout: patience });
  }

  /** Types code into the last cell of the notebook, has it run, and gives what came. */
  async run(code: string): Promise<string> {
    await this.page.locator("#jp-main-dock-panel .lm-TabBar-tab", { hasText: ".ipynb" }).first().click();
    const cells = this.#notebook.locator(".jp-CodeCell");
    const cell = cells.nth((await cells.count()) - 1);
    await cell.locator(".cm-content").click();
    // As it stands: the editor closes brackets and quotes of whoever types.
    await this.page.keyboard.insertText(code);
    await this.page.keyboard.press("Shift+Enter");
    const output = cell.locator(".jp-OutputArea-output").first();
    await output.waitFor({ timeout: patience });
    return (await output.innerText()).trim();
  }

  /** Opens a terminal, types into it, and presses Enter. */
  async inTerminal(text: string): Promise<void> {
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("Control+Shift+L");
    await this.#launch("Other", "Terminal");
    await this.page.locator(".jp-Terminal:visible .xterm").waitFor({ timeout: patience });
    await until(() => this.sockets.at(terminalPath).some(spoke), "the terminal's shell says something");
    await this.page.locator(".jp-Terminal:visible .xterm-helper-textarea").focus();
    await this.page.keyboard.type(`${text}\n`);
  }

  /** Gives the file browser a file of this machine, as its button does; it is on its way then. */
  async upload(path: string): Promise<void> {
    const button = this.page.locator('.jp-FileBrowser-toolbar [data-jp-item-name="uploader"] button');
    const [chooser] = await Promise.all([this.page.waitForEvent("filechooser"), button.first().click()]);
    await chooser.setFiles(path);
    // Whether somebody means it, with so large a file; it is not in the list before.
    const accept = this.page.locator(".jp-Dialog button.jp-mod-accept");
    await accept
      .or(this.#file(basename(path)))
      .first()
      .waitFor({ timeout: patience });
    if (await accept.isVisible()) {
      await accept.click();
    }
  }

  /** Has the file browser hand a file out. */
  async download(name: string): Promise<Download> {
    await this.#file(name).click({ button: "right" });
    const [download] = await Promise.all([
      this.page.waitForEvent("download", { timeout: patience }),
      this.page.locator(`.lm-Menu-item[data-command="filebrowser:download"]`).click(),
    ]);
    return download;
  }

  get #notebook(): Locator {
    return this.page.locator(".jp-NotebookPanel").first();
  }

  #file(name: string): Locator {
    return this.page.locator(".jp-DirListing-item", { hasText: name }).first();
  }

  async #launch(category: string, label = ""): Promise<void> {
    const cards = this.page.locator(`.jp-Launcher:visible .jp-LauncherCard[data-category="${category}"]`);
    await cards.filter({ hasText: label }).first().click({ timeout: patience });
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`nothing came within ${patience / 1000} s: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
