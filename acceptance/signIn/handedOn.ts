import { type Person, type Target } from "../check";
import { readForm } from "./form";
import { type Hop } from "./hop";
import { isProvider, takesPassword } from "./provider";

/** A page that a browser hands on by itself, with a message of SAML's (SAML 2.0 Bindings, section 3.5). */
export interface HandedOn {
  action: URL;
  fields: Record<string, string>;
}

/** The request that the gate's Dex sends to a person's provider, or that provider's response; each goes to the other and nowhere else. */
export function handedOn(
  target: Pick<Target, "gate" | "provider">,
  { url, answer }: Hop,
  person: Pick<Person, "saml" | "issuer">,
): HandedOn | undefined {
  const form = person.saml === true && answer.status === 200 ? readForm(answer.body, url) : undefined;
  if (form?.method !== "POST") {
    return undefined;
  }
  const { action, fields } = form;
  const fromDex = fields["SAMLRequest"] !== undefined && isProvider(target, url);
  const fromProvider = fields["SAMLResponse"] !== undefined && takesPassword(target, person, url);
  const there = fromDex ? takesPassword(target, person, action) : isProvider(target, action);
  return (fromDex || fromProvider) && there ? { action, fields } : undefined;
}
