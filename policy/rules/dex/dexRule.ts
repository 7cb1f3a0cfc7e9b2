import { type DexDocument, inDexDocuments } from "../../readers/dex";
import { type Manifest } from "../../manifest";
import { type Finding, inspect, type Rule, type RuleFacts } from "../../rule";

interface Looks {
  /** Looks at a configuration; each by itself, so that an unknown value hides one of them only. */
  readonly documents?: readonly ((document: DexDocument) => Finding[])[];
  /** Looks at an object of Dex's storage. */
  readonly objects?: (manifest: Manifest) => Finding[];
}

/** A rule over Dex's configurations, and the objects that Dex keeps in the cluster. */
export function dexRule(facts: RuleFacts, { documents = [], objects }: Looks): Rule {
  return {
    ...facts,
    check: (manifest) => [
      ...inDexDocuments(manifest, (document) => documents.flatMap((look) => inspect(() => look(document)))),
      ...(objects ? inspect(() => objects(manifest)) : []),
    ],
  };
}

/** A value as it stands, unless it is so long or strange that it may be something confidential. */
export { shown } from "../../readers/oauth2Proxy/setting";
