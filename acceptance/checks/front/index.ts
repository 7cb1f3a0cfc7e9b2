import { type Check } from "../../check";
import { accessLog } from "./accessLog";
import { clientAddress } from "./clientAddress";
import { onlyTheBalancer } from "./onlyTheBalancer";
import { proxyHeader } from "./proxyHeader";
import { renewedCertificate } from "./renewedCertificate";

/** In the order in which they run. */
export const front: readonly Check[] = [
  onlyTheBalancer(),
  clientAddress,
  accessLog(),
  proxyHeader,
  renewedCertificate(),
];
