import { readAlphaConfig, readConfig } from "../../../documents/oauth2-proxy/reader";
import { UnreadableText } from "../../../documents/unreadable";
import { join } from "../../manifest";
import { type Member, type UnknownValue } from "../../rule";
import { known } from "../known";
import { type FoundText } from "../texts";
import { type AlphaSettings, alphaSettings } from "./alpha";
import { type Problem } from "./proxy";
import { type Layer } from "./setting";

/** The settings of a file, or why nobody can see them. */
export interface FileSettings {
  readonly layer: Layer;
  readonly alpha?: AlphaSettings;
  readonly problems: readonly Problem[];
}

export type FileFormat = "file" | "alpha file";

/** Reads a text that is one of oauth2-proxy's two configuration files. */
export function settingsInText({ about, entry }: FoundText, format: FileFormat): FileSettings {
  const inTheOpen = about.manifest.kind !== "Secret";
  return settingsInFile(about, entry.field, inTheOpen, () => entry.read() ?? "", format);
}

export function settingsInFile(
  about: Member,
  field: string,
  inTheOpen: boolean,
  read: () => string,
  format: FileFormat,
): FileSettings {
  try {
    const text = known(read);
    if (!text.known) return unknownFile(text.cause);
    const root = `${field}: `;
    if (format === "alpha file") {
      const alpha = alphaSettings(about, root, readAlphaConfig(text.value), inTheOpen);
      return { layer: { settings: alpha.core }, alpha, problems: [] };
    }
    const settings = Object.entries(readConfig(text.value)).map(([name, value]) => ({
      name: name.replaceAll("-", "_"),
      origin: "file" as const,
      about,
      field: join(root, name),
      inTheOpen,
      read: () => value,
    }));
    return { layer: { settings }, problems: [] };
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    const message = `is ${error.message}. Mend the text: what can't be read isn't checked.`;
    return { layer: { settings: [] }, problems: [{ about, field, message }] };
  }
}

export function unknownFile(unknown: UnknownValue): FileSettings {
  return { layer: { settings: [], unknown }, problems: [] };
}
