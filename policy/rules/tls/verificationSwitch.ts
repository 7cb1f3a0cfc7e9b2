/** What a name that governs certificate verification does when it is true. */
export type SwitchSense = "turns verification off" | "turns verification on";

/** Names that end like a switch and govern something else; other rules look at those. */
const notTransport = /nonce|emailverified|unverifiedemail/;

/**
 * The spellings of "don't verify", with case, dashes, dots and underscores taken out.
 *
 * Patterns and not a list: oauth2-proxy, Dex, Istio, Prometheus, curl and every other client have their own word, and
 * a word that nobody listed must not pass. Of two, the second may stand anywhere behind the first; with `.*` between them,
 * the second would be looked for from each of the first, and a long key has thousands.
 */
const offSwitches: readonly (readonly [RegExp, RegExp?])[] = [
  [/insecure|skip|disable|ignore|bypass/, /verif/],
  [
    /insecure|skip|disable|ignore|bypass/,
    /(signature|certificate|certs?|hostname|trustdomain)(validation|validate|checks?)/,
  ],
  [/(skip|disable|ignore|bypass)(validate|validation|check)/, /(tls|ssl|cert|signature|hostname|peer|trustdomain)/],
  [/(insecure|skip|disable|ignore|bypass|no)(tls|ssl)(?!redirect|passthrough)/],
  [/(tls|ssl)(insecure|skip)/],
  [/insecureca$/],
  [/no(tls|ssl|cert|certificate|hostname|peer)?verif|nocheckcertificate|nocertificate(check|valid)/],
  [/allow|accept|trust/, /(selfsigned|untrusted|unverifiedcert|invalidcert|insecure(tls|ssl|cert))/],
  [/trustall(cert|server|host)/],
];

function says(bare: string, [first, second]: readonly [RegExp, RegExp?]): boolean {
  const found = first.exec(bare);
  return found !== null && (!second || second.test(bare.slice(found.index + found[0].length)));
}

/** The spellings of "do verify", which must not be false. */
const onSwitches =
  /(rejectunauthorized|httpsverify|sslverify|tlsverify|verify(ssl|tls|peer|host(name)?|certs?|certificates?|certificateatclient)|verifyprovidercertificate|validatecerts?|validatecertificates?)$/;

/** Whether a setting of this name, in any spelling, governs the verification of certificates or signatures. */
export function verificationSwitch(name: string): SwitchSense | undefined {
  const bare = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (notTransport.test(bare)) return undefined;
  if (offSwitches.some((words) => says(bare, words))) return "turns verification off";
  return onSwitches.test(bare) ? "turns verification on" : undefined;
}
