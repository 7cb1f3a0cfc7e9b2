import { leavesOf, storedConnectors } from "../../readers/dex";
import { type Finding, violation } from "../../rule";
import { dexDocs, weakness } from "../identitySources";
import { verificationSwitch } from "../tls/verificationSwitch";
import { dexRule, shown } from "./dexRule";

/** How a name begins that turns a protection off. */
const tellsOfDanger =
  /^(insecure|unsafe|dangerously|skip|disable|bypass|ignore)|^(Allow|allow|No|no|Trust|trust)(?=[A-Z_-])/;

/** In small letters, because Dex reads keys in any case. */
const harmless = new Set([
  // Groups of an OpenID provider, which are as old as the last sign-in. limit-dex-refresh-tokens says how old that may be,
  // and without them there is nothing to decide on.
  "insecureenablegroups",
  // A question to the person, and the platform is no foreign application.
  "skipapprovalscreen",
  // limit-dex-refresh-tokens.
  "disablerotation",
]);

/**
 * No switch turns a protection off, also none that nobody thought of: Dex calls them by what they are. Those of
 * certificates and signatures are forbid-skip-verify's.
 */
export const forbidDexInsecureSwitches = dexRule(
  {
    name: "forbid-dex-insecure-switches",
    title: "Dex's insecure switches are off",
    why:
      "The switch insecureSkipEmailVerified makes an identity of an address that nobody verified, and its siblings are as dangerous: " +
      "Kubeflow knows people by their address.",
    mend: "Remove the switch, or write false, and have the provider send what Dex misses.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      287,
      "Improper Authentication",
      dexDocs("connectors/oidc", "insecureSkipEmailVerified and insecureEnableGroups"),
    ),
    settings: [],
  },
  {
    documents: [({ root, config }) => problems(root, config)],
    objects: (manifest) => storedConnectors(manifest).flatMap(({ field, entry }) => problems(field, entry)),
  },
);

function problems(root: string, config: Record<string, unknown>): Finding[] {
  return leavesOf(root, config)
    .filter(
      ({ key, value }) =>
        (tellsOfDanger.test(key) || tellsOfDanger.test(key.toLowerCase())) &&
        !harmless.has(key.toLowerCase()) &&
        verificationSwitch(key) === undefined &&
        value !== false &&
        value !== undefined &&
        value !== null,
    )
    .map(({ field, value }) =>
      violation(field, `${field} = ${shown(value)} turns a protection off. Remove it, or write false.`),
    );
}
