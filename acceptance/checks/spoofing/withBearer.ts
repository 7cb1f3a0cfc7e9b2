import { type Check } from "../../check";
import { bearerOf } from "./credentials";
import { everyForgery, mendForged } from "./everyForgery";

/** Requests with a token never meet oauth2-proxy, so what it would overwrite is the gateway's to remove. */
export const withBearer: Check = {
  area: "spoofing",
  name: "headers-with-bearer",
  proves:
    "Whatever identity headers a program sends in whatever spelling besides its token, an application sees the token's holder and nothing of them.",
  mend: mendForged,
  exercises: ["gateway", "Dex"],
  needs: ["user", "echo", "client"],
  async run(context) {
    await everyForgery(context, await bearerOf(context));
  },
};
