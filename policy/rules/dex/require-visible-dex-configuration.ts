import { claimsToBeDexConfig } from "../../../documents/dex/reader";
import { join } from "../../manifest";
import { chartValuesOf, unseenOf } from "../../readers/chartValues";
import { dexChart } from "../../readers/dex";
import { type DexContainer, dexContainersOf } from "../../readers/dexWorkload";
import { known } from "../../readers/known";
import { fileAt, type Unseen } from "../../readers/mountedFile";
import { memberFor, notAmong, textAt } from "../../readers/texts";
import { inspect, type Member, type StackFinding, type StackRule, violation } from "../../rule";
import { dexDocs, weakness } from "../identitySources";

/** The configuration of each Dex can be seen, or the other rules would pass what nobody looked at. */
export const requireVisibleDexConfiguration: StackRule = {
  name: "require-visible-dex-configuration",
  title: "The configuration of Dex can be seen",
  why:
    "What the other rules ask of Dex stands in one text. Where a Dex reads it from an object that nobody showed, or from its " +
    "image, passwords of its own, state in memory and plain HTTP may stand in it.",
  mend: "Hand in the ConfigMap or Secret that the workload mounts, or write the chart's values into the release.",
  severity: "medium",
  enforcementLevel: "mandatory",
  ...weakness(
    1059,
    "Insufficient Technical Documentation",
    dexDocs("configuration/general", "one file has the whole configuration"),
  ),
  settings: [],
  checkTogether: (members) =>
    members.flatMap((about) => [
      ...looked(about, () => unseenInContainers(about, members)),
      ...looked(about, () => unseenInValues(about, members)),
    ]),
};

function looked(about: Member, look: () => readonly Unseen[]): StackFinding[] {
  return inspect(() => look().map(({ field, message }) => violation(field, `${field} ${message}`))).map((finding) => ({
    about,
    finding,
  }));
}

function unseenInContainers(about: Member, members: readonly Member[]): Unseen[] {
  return dexContainersOf(about.manifest).flatMap((dex) => unseenBy(dex, about, members));
}

function unseenBy({ container, field, path }: DexContainer, about: Member, members: readonly Member[]): Unseen[] {
  const unseen = (message: string): Unseen[] => [{ about, field, message }];
  if (path === undefined) {
    return unseen(
      "runs Dex with the configuration of its image, which nobody sees here. Mount a ConfigMap or a Secret, and write dex " +
        "serve with the path of its file.",
    );
  }
  const found = fileAt(about, container, field, path, about.namespace, members);
  if ("message" in found) return [found];
  const text = known(() => found.entry.read());
  // What is unknown at preview is told by the rules that read it.
  if (!text.known || claimsToBeDexConfig(found.entry.name, text.value ?? "")) return [];
  return unseen(
    `reads ${found.entry.field} of ${found.about.manifest.kind}, which names no issuer and no storage, so nobody can tell ` +
      "what is in it. Write Dex's whole configuration there.",
  );
}

function unseenInValues(about: Member, members: readonly Member[]): Unseen[] {
  return chartValuesOf(about.manifest, dexChart, { about, members }).flatMap((chart) => {
    const { field, values, namespace } = chart;
    const unseen: Unseen[] = unseenOf(chart).map((one) => ({ about, ...one }));
    const { configSecret } = values;
    if (typeof configSecret !== "object" || configSecret === null) return unseen;
    const { create, name } = configSecret as Record<string, unknown>;
    if (create !== false || typeof name !== "string" || name === "") return unseen;
    const secret = memberFor(members, { kind: "Secret", name, namespace: namespace ?? about.namespace });
    if (secret && textAt(secret, "config.yaml")) return unseen;
    return [...unseen, { about, field: join(join(field, "configSecret"), "name"), message: notAmong("Secret", name) }];
  });
}
