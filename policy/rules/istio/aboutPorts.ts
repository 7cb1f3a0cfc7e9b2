import { type Protection } from "../../readers/denials";

/** What to do about a denial that is there, and is for some ports. */
export function aboutPorts({ ports }: Protection): string {
  if (ports.length === 0) return "";
  return (
    ` The denial for ports ${JSON.stringify(ports)} doesn't name all at which requests of Gateways come, as far as the Gateways, ` +
    "Services and NetworkPolicies here tell. Remove its to.operation.ports, or name each."
  );
}
