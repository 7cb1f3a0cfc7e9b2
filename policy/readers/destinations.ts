import { type Manifest, mapAt } from "../manifest";
import { mapsAt, type Placed, specOf } from "./istio";

/** The policies of a DestinationRule and of its subsets, each with those for single ports. */
export function trafficPolicies(manifest: Manifest): Placed[] {
  const spec = specOf(manifest);
  return [{ field: "spec", map: spec }, ...mapsAt(spec["subsets"], "spec.subsets")].flatMap(({ field, map }) => {
    const place = `${field}.trafficPolicy`;
    const policy = mapAt(map["trafficPolicy"], place);
    return [{ field: place, map: policy }, ...mapsAt(policy["portLevelSettings"], `${place}.portLevelSettings`)];
  });
}
