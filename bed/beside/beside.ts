import { type BesideFacts } from "../platform/facts";
import { platformLayout } from "../platform/layout";
import { writePrivateJson } from "../platform/privateFiles";
import { layout } from "../node/layout";
import { balancer } from "./balancer";
import { renewEdgeSecret } from "./edgeSecret";
import { ownAuthority } from "./authority";
import { namesOf, type Surroundings } from "./surroundings";

/** What the bed puts up beside the platform, as whoever runs it would have it already. */
export const besides = [
  /** The Secret that `certificates.edge.type: existingSecret` names, from a CA of the bed's own. */
  "edge-secret",
  /** A load balancer that ends TLS, with a certificate of that CA. */
  "tls-balancer",
  /** A load balancer that hands on TCP with the PROXY protocol's header. */
  "proxy-protocol-balancer",
] as const;

export type Beside = (typeof besides)[number];

/** Puts it up once the platform is there, and says what is different now. */
export async function putBeside(names: readonly Beside[], surroundings: Surroundings): Promise<BesideFacts> {
  const facts: BesideFacts = {};
  for (const name of names) {
    Object.assign(facts, await makers[name](surroundings));
  }
  writePrivateJson(platformLayout(layout().state).besideFacts, facts);
  return facts;
}

const makers: Record<Beside, (surroundings: Surroundings) => Promise<BesideFacts>> = {
  "edge-secret": async ({ facts, programs }) => {
    await renewEdgeSecret(programs, namesOf(facts));
    return { caFile: (await ownAuthority()).file, renewsCertificate: true };
  },
  "tls-balancer": async (surroundings) => ({
    caFile: (await ownAuthority()).file,
    front: await balancer("offload", surroundings),
  }),
  "proxy-protocol-balancer": async (surroundings) => ({ front: await balancer("proxy-protocol", surroundings) }),
};
