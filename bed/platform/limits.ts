import { type Problem } from "../../cli/exit";
import { type Settings } from "../../stacks/schema";

/** What a stack asks for and the bed has not; each with what to set so that it can be deployed all the same. */
export function limits(
  settings: Settings,
  { overridden, encrypted }: { overridden: readonly string[]; encrypted: readonly string[] },
): Problem[] {
  const problems: Problem[] = encrypted.map((key) => ({
    key,
    value: "(encrypted)",
    mend: "the bed has no key to open it: give the setting a value for the bed",
  }));
  const ofTheBed = (path: string) =>
    overridden.some((own) => own === path || own.startsWith(`${path}.`) || own.startsWith(`${path}[`));
  if (settings.identity.connectors.length > 0 && !ofTheBed("identity") && !ofTheBed("identity.connectors")) {
    problems.push({
      key: "identity.connectors",
      value: settings.identity.connectors
        .map((connector) => (connector.type === "oidc" ? connector.issuer : connector.id))
        .join(", "),
      mend: "Dex does not start without these providers, and the bed reaches nobody outside: deploy dev, or set identity.connectors to a provider that the bed has",
    });
  }
  if (settings.identity.provider.type === "oidc" && !ofTheBed("identity") && !ofTheBed("identity.provider")) {
    problems.push({
      key: "identity.provider",
      value: settings.identity.provider.issuer,
      mend: "oauth2-proxy does not start without this provider, and the bed reaches nobody outside: set identity to Dex, or to a provider that the bed has",
    });
  }
  return problems;
}
