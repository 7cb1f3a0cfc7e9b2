import { type Check } from "../../check";
import { admission } from "./admission";
import { attackersPage } from "./attackersPage";
import { belowRoot } from "./belowRoot";
import { boardsAndViewers } from "./boardsAndViewers";
import { browserConnections } from "./browserConnections";
import { byPath } from "./byPath";
import { jupyterlab } from "./jupyterlab";
import { longLived } from "./longLived";
import { olderObjects } from "./olderObjects";
import { oneConnection } from "./oneConnection";
import { returnAddresses } from "./returnAddresses";
import { sessionsApart } from "./sessionsApart";
import { notebookSignIn } from "./signIn";
import { notebookSignOut } from "./signOut";
import { somebodyElsesSession } from "./somebodyElsesSession";

/** In the order in which they run. */
export const notebooks: readonly Check[] = [
  admission,
  olderObjects,
  notebookSignIn,
  returnAddresses,
  sessionsApart,
  notebookSignOut,
  oneConnection,
  browserConnections,
  belowRoot,
  boardsAndViewers,
  longLived,
  jupyterlab,
  attackersPage,
  somebodyElsesSession,
  byPath,
];
