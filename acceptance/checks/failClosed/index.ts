import { type Check } from "../../check";
import { clustersOfOthers, throughTheApiServer as clustersThroughTheApiServer } from "./clustersOfOthers";
import { foreignAuthority } from "./foreignAuthority";
import { gatewayPodWithoutIstiod } from "./gatewayPodWithoutIstiod";
import { insideThePlatform, throughPods } from "./insideThePlatform";
import { networkFlows, throughTheApiServer } from "./networkFlows";
import { onePodKilled } from "./onePodKilled";
import { othersRoutes } from "./othersRoutes";
import { pastTheBalancer } from "./pastTheBalancer";
import { routesAtTheGate } from "./routesAtTheGate";
import { type Pace } from "../../cluster/scene";
import { secretsInTheOpen } from "./secretsInTheOpen";
import { withoutClusterKeys } from "./withoutClusterKeys";
import { withoutDex } from "./withoutDex";
import { withoutIstiod } from "./withoutIstiod";
import { withoutOAuth2Proxy } from "./withoutOAuth2Proxy";

const pace: Pace = { away: 15_000, recovery: 120_000, every: 500 };

/** Longer than istiod's minute between two rounds of fetching keys (PILOT_JWT_PUB_KEY_REFRESH_INTERVAL). */
const longerThanKeys: Pace = { ...pace, away: 75_000 };

/** In the order in which they run. */
export const failClosed: readonly Check[] = [
  networkFlows({ within: 45_000, every: 5_000, open: throughTheApiServer }),
  insideThePlatform(throughPods),
  pastTheBalancer,
  secretsInTheOpen(),
  clustersOfOthers(clustersThroughTheApiServer),
  routesAtTheGate(pace),
  othersRoutes(pace),
  foreignAuthority(pace),
  withoutOAuth2Proxy(pace),
  withoutDex(longerThanKeys),
  withoutClusterKeys(longerThanKeys),
  withoutIstiod(pace),
  gatewayPodWithoutIstiod(pace),
  onePodKilled(pace),
];
