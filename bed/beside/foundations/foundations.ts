import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BadInput } from "../../../cli/exit";
import { layout } from "../../node/layout";
import { platformLayout } from "../../platform/layout";
import { privateFolder, writePrivateJson } from "../../platform/privateFiles";
import { installCertManager } from "./certManager";
import { type Ground } from "./chart";
import { installIstio } from "./istio";

/** What the platform may stand on and somebody else may have installed. */
export const foundations = ["own-cert-manager", "own-istio"] as const;
export type Foundation = (typeof foundations)[number];

const recordFile = () => join(layout().beside, "foundations.json");

/** Which of them the bed has. */
export function installedFoundations(): Foundation[] {
  return existsSync(recordFile()) ? (JSON.parse(readFileSync(recordFile(), "utf8")) as Foundation[]) : [];
}

/**
 * Refuses a stack that stands on others than the bed's earlier one: the platform's own and a company's have objects of the same
 * names, and the one would take over the other's (docs/14-bring-your-own.md, from installed to existing).
 */
export function refuseOtherFoundations(wanted: readonly Foundation[]): void {
  const { state } = layout();
  const had = installedFoundations();
  const isNew = had.length === 0 && !existsSync(platformLayout(state).facts);
  if (!isNew && foundations.some((name) => had.includes(name) !== wanted.includes(name))) {
    const said = (names: readonly Foundation[]) => (names.length === 0 ? "the platform's own" : names.join(", "));
    throw new BadInput("The bed's Istio and cert-manager cannot change hands while it is up; nothing was deployed.", [
      { key: "beside", value: `${said(wanted)}, on a bed with ${said(had)}`, mend: "take the bed down first" },
    ]);
  }
}

/** Installs what is wanted before the platform is there; on a bed that has it already, once more. */
export async function installFoundations(wanted: readonly Foundation[], ground: Ground, stack: string): Promise<void> {
  privateFolder(layout().beside);
  // Noted first: half of it is a company's, too.
  writePrivateJson(recordFile(), wanted);
  if (wanted.includes("own-cert-manager")) {
    await installCertManager(ground);
  }
  if (wanted.includes("own-istio")) {
    await installIstio(ground, stack);
  }
}
