import { type Check } from "../../check";
import { applicationCookies } from "./applicationCookies";
import { foreignPage } from "./foreignPage";
import { framing } from "./framing";
import { otherPages } from "./otherPages";
import { pipelineArtifacts } from "./pipelineArtifacts";
import { pipelineProxies } from "./pipelineProxies";
import { plantedSession } from "./plantedSession";
import { twoSessions } from "./twoSessions";
import { websockets } from "./websockets";

/** In the order in which they run. */
export const origins: readonly Check[] = [
  otherPages,
  websockets,
  framing,
  foreignPage,
  applicationCookies,
  twoSessions,
  plantedSession,
  pipelineArtifacts,
  pipelineProxies,
];
