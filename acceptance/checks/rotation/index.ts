import { type Check } from "../../check";
import { type Pace } from "../../cluster/scene";
import { certificateAuthority } from "./certificateAuthority";
import { clientSecret } from "./clientSecret";
import { cookieSecret } from "./cookieSecret";
import { leafRenewed } from "./leafRenewed";

/** A restarted istiod may need two minutes until it has Dex's keys again. */
const pace: Pace = { away: 15_000, recovery: 240_000, every: 500 };

/** In the order in which they run; the CA last, because clients must trust another one afterwards. */
export const rotation: readonly Check[] = [
  leafRenewed(pace),
  cookieSecret(pace),
  clientSecret(pace),
  certificateAuthority(pace),
];
