import { type Check } from "../../check";
import { sessionOf } from "./credentials";
import { everyForgery, mendForged } from "./everyForgery";

export const withSession: Check = {
  area: "spoofing",
  name: "headers-with-session",
  proves:
    "Whatever identity headers a person's browser sends in whatever spelling, an application sees the person of the session and nothing of them.",
  mend: mendForged,
  exercises: ["gateway", "oauth2-proxy", "Dex"],
  needs: ["user", "echo", "sessions"],
  async run(context) {
    await everyForgery(context, await sessionOf(context));
  },
};
