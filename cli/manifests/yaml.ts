import { type Pair, type Scalar, stringify } from "yaml";
import { type Plain } from "./shape";

/** What people look for first; all other keys follow by the alphabet. */
const leading = ["apiVersion", "kind", "metadata", "name", "namespace"];

/** The same value is written the same way by everybody, and read the same way by YAML 1.1, which Kubernetes speaks. */
export function toYaml(value: Plain): string {
  return stringify(value, {
    lineWidth: 0,
    compat: "yaml-1.1",
    // An alias would make one object's text depend on equal values elsewhere in it.
    aliasDuplicateObjects: false,
    sortMapEntries: (a: Pair, b: Pair) => order(keyOf(a), keyOf(b)),
  });
}

function keyOf({ key }: Pair): string {
  return String(typeof key === "object" && key !== null ? (key as Scalar).value : key);
}

function order(a: string, b: string): number {
  const [first, second] = [leading.indexOf(a), leading.indexOf(b)];
  if (first !== -1 || second !== -1) {
    return (first === -1 ? leading.length : first) - (second === -1 ? leading.length : second);
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
