import { type Check } from "../../check";
import { appComesBack } from "./comesBack";
import { appGroups } from "./groups";
import { inCluster } from "./inCluster";
import { misdirected } from "./misdirected";
import { appRedirect } from "./redirect";
import { wayBack } from "./wayBack";

/** Applications on hosts of their own, in the order in which they run. */
export const apps: readonly Check[] = [appRedirect, misdirected, wayBack, appGroups, appComesBack, inCluster];
