import { type Check } from "../../check";
import { alpn } from "./alpn";
import { certificate } from "./certificate";
import { challengePath } from "./challengePath";
import { ciphers } from "./ciphers";
import { clientCertificate } from "./clientCertificate";
import { hsts, hstsSignedIn } from "./hsts";
import { names } from "./names";
import { oldVersions } from "./oldVersions";
import { onlyPublicPorts } from "./onlyPublicPorts";
import { plainHttp } from "./plainHttp";
import { renegotiation } from "./renegotiation";
import { todaysVersions } from "./todaysVersions";

/** In the order in which they run. */
export const tls: readonly Check[] = [
  certificate,
  oldVersions,
  todaysVersions,
  ciphers,
  alpn,
  renegotiation,
  clientCertificate,
  names(),
  onlyPublicPorts(),
  plainHttp,
  challengePath,
  hsts,
  hstsSignedIn,
];
