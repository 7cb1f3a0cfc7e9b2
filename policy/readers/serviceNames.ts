/**
 * Whether a name is a Service's: `.svc`, which is no domain of the internet, or `.svc.` with the cluster's domain. Any other name
 * with `.svc` in it may be somebody's host.
 */
export function isServiceName(name: string): boolean {
  return /^[a-z0-9*-]+(\.[a-z0-9-]+)*\.svc(\.cluster\.local)?$/.test(name);
}
