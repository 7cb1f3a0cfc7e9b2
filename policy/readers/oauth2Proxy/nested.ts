import { claimsToBeAlphaConfig, claimsToBeConfig } from "../../../documents/oauth2-proxy/reader";
import { UnreadableText } from "../../../documents/unreadable";
import { readYaml } from "../../../documents/yaml";
import { isMap, join } from "../../manifest";
import { known } from "../known";

/** A configuration of oauth2-proxy inside of values, where no reader knows the keys before it. */
export interface NestedText {
  readonly field: string;
  readonly text: string;
  readonly isAlpha: boolean;
}

/** Deeper than charts in charts. */
const deepest = 8;

/** Every text among values that is one of oauth2-proxy's two configuration files. */
export function configurationsIn(field: string, value: unknown, depth = 0): NestedText[] {
  if (typeof value === "string") {
    // A file's name tells nothing here.
    const isAlpha = claimsToBeAlphaConfig("", value);
    return isAlpha || claimsToBeConfig("", value) ? [{ field, text: value, isAlpha }] : [];
  }
  if (!isMap(value) || depth > deepest) return [];
  return Object.keys(value).flatMap((key) => {
    const part = known(() => value[key]);
    return part.known ? configurationsIn(join(field, key), part.value, depth + 1) : [];
  });
}

/** A text of values for a chart, that may be oauth2-proxy's; nothing where it is something else. */
export function valuesInText(text: string): Record<string, unknown> | undefined {
  if (!/(configFile|extraArgs|extraEnv|alphaConfig|content)["']?[ \t]*:/.test(text)) return undefined;
  try {
    const [document, ...rest] = readYaml(text, "Kubernetes");
    return rest.length === 0 && isMap(document) && !("apiVersion" in document) ? document : undefined;
  } catch (error) {
    if (error instanceof UnreadableText) return undefined;
    throw error;
  }
}

/** Whether values are those of oauth2-proxy's own chart, without another chart around it. */
export function looksLikeChartValues(values: Record<string, unknown>): boolean {
  const { config } = values;
  if (!isMap(config)) return false;
  const keys = ["configFile", "existingConfig", "emailDomains", "cookieSecret", "cookieName"];
  return keys.some((key) => key in config) || ("extraArgs" in values && "existingSecret" in config);
}
