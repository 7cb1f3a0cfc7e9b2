import { type Check } from "./check";
import { apps } from "./checks/apps";
import { failClosed } from "./checks/failClosed";
import { front } from "./checks/front";
import { load } from "./checks/load";
import { login } from "./checks/login";
import { machines } from "./checks/machines";
import { notebooks } from "./checks/notebooks";
import { origins } from "./checks/origins";
import { paths } from "./checks/paths";
import { redirects } from "./checks/redirects";
import { rotation } from "./checks/rotation";
import { spoofing } from "./checks/spoofing";
import { tls } from "./checks/tls";

/** The acceptance suite: what only looks comes before what disturbs. */
export const everyCheck: readonly Check[] = [
  ...tls,
  ...front,
  ...redirects,
  ...login,
  ...machines,
  ...spoofing,
  ...origins,
  ...paths,
  ...apps,
  ...notebooks,
  ...failClosed,
  ...rotation,
  ...load,
];
