import { cookieDomainOf } from "../stacks/hosts";
import { notebookOriginsOf, notebookSignInHost } from "../stacks/notebookHosts";
import { type Settings } from "../stacks/schema";
import { type IdentityProvider } from "./identityProvider";
import { type Hosts, isAddress, notebooks, oauth2Proxy, publicHosts, type SignInProxy } from "./topology";

/** One way in by which people get a session: an oauth2-proxy, its host, its client and the hosts that the session is for. */
export interface SignIn {
  proxy: SignInProxy;
  /** Where `/oauth2/` is, and the provider sends people back to. */
  host: string;
  /** Its client at the provider, and the audience of its tokens. */
  clientId: string;
  /** Domains of the session's cookie; none where it is for the host alone. */
  cookieDomains: string[];
  /** Hosts that it returns to, and nobody else's; with a dot before it a domain and all below. */
  returnsTo: string[];
}

/** The gate's own sign-in. */
export function gateSignIn(settings: Settings, hosts: Hosts, { clientId }: IdentityProvider): SignIn {
  return {
    proxy: oauth2Proxy,
    host: hosts.gate,
    clientId,
    // Without a domain the cookie is for its host alone, and an address has nothing below it.
    cookieDomains: isAddress(settings.domain) ? [] : [cookieDomainOf(settings)],
    returnsTo: publicHosts(settings.echo.enabled, hosts),
  };
}

/** The notebooks' own, where they have hosts of their own: nothing of it is good at the gate, and the other way round. */
export function notebookSignIn(settings: Settings, hosts: Hosts): SignIn | undefined {
  const origins = notebookOriginsOf(settings);
  return origins === undefined
    ? undefined
    : {
        proxy: notebooks.proxy,
        host: notebookSignInHost(origins.domain),
        clientId: origins.client?.clientId ?? notebooks.clientId,
        cookieDomains: [origins.domain],
        // The gate at the end of a sign-out.
        returnsTo: [notebookSignInHost(origins.domain), hosts.gate],
      };
}
