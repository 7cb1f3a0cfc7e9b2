import { type Check } from "../../check";
import { clusterKeys } from "./clusterKeys";
import { dexToken } from "./dexToken";
import { foreignAudience } from "./foreignAudience";
import { forgedSignatures } from "./forgedSignatures";
import { job } from "./job";
import { kubernetesToken } from "./kubernetesToken";
import { podToBackend } from "./podToBackend";
import { tokenPlaces } from "./tokenPlaces";
import { tokenWithoutEmail } from "./tokenWithoutEmail";
import { unreachableIssuer } from "./unreachableIssuer";
import { wrongClaims } from "./wrongClaims";

/** In the order in which they run. */
export const machines: readonly Check[] = [
  dexToken,
  tokenWithoutEmail,
  forgedSignatures,
  tokenPlaces,
  job,
  kubernetesToken,
  clusterKeys(),
  podToBackend,
  unreachableIssuer,
  wrongClaims,
  foreignAudience,
];
