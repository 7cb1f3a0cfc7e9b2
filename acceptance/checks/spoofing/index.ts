import { type Check } from "../../check";
import { cookies } from "./cookies";
import { messages } from "./messages";
import { proxyHeaders } from "./proxyHeaders";
import { withBearer } from "./withBearer";
import { withNothing } from "./withNothing";
import { withSession } from "./withSession";

/** In the order in which they run. */
export const spoofing: readonly Check[] = [withNothing, withSession, withBearer, cookies, messages, proxyHeaders];
