import { type Authority } from "../stacks/authority";
import { type Settings } from "../stacks/schema";
import { type IdentityProvider } from "./identityProvider";

/** Certificates, PEM, of the CAs beside the private one that vouch for issuers' keys; nothing where public ones do. */
export function keyAuthorities(
  { machines: { cluster, issuers } }: Pick<Settings, "machines">,
  { authority }: Pick<IdentityProvider, "authority">,
): string | undefined {
  const all: (Authority | { type: "private" })[] = [
    authority,
    ...(cluster.type === "public" ? [cluster.ca] : []),
    ...issuers.map(({ ca }) => ca),
  ];
  const given = new Set(all.flatMap((each) => (each.type === "given" ? [each.certificate] : [])));
  // A certificate has to begin on a line of its own.
  return given.size === 0 ? undefined : [...given].join("\n");
}
