import { type Manifest } from "../../manifest";
import { mapsAt, specOf, textsAt } from "../../readers/istio";
import { type Finding, inspect } from "../../rule";

/** What is found at each host of an Istio Gateway's servers; a server that can't be read hides none of the others. */
export function eachServerHost(manifest: Manifest, judge: (place: string, host: string) => Finding[]): Finding[] {
  return mapsAt(specOf(manifest)["servers"], "spec.servers").flatMap(({ field, map }) =>
    inspect(() =>
      textsAt(map["hosts"], `${field}.hosts`).flatMap((host, index) => judge(`${field}.hosts[${index}]`, host)),
    ),
  );
}
