/** An application that a program gives to a component, in place of one of the settings. */
import { z } from "zod";
import { crossChecks } from "./crossChecks";
import { appsAreDistinct } from "./crossChecks/apps";
import { type Complaint, complaintsOf, Wording } from "./problems";
import { type App, type Settings } from "./schema";
import { appSchema } from "./schema/apps";
import { SettingsError } from "./settingsError";

/**
 * Checks it as the applications of a stack's file are checked, and throws a `SettingsError` with every problem there is. The
 * settings have passed their checks; what they have to say without the application is not repeated.
 */
export function checkedApp(app: App, settings: Settings): App {
  const wording = new Wording(undefined, new Set());
  const given = { apps: [app] };
  const parsed = z.object({ apps: z.tuple([appSchema]) }).safeParse(given);
  if (!parsed.success) {
    throw error(complaintsOf(parsed.error, given), wording);
  }
  const own = parsed.data.apps;
  const others = settings.apps.filter(({ name }) => name !== app.name);
  const place = ({ path, mend }: Complaint) => JSON.stringify([path, mend]);
  const old = new Set(crossChecksOf(settings, [], wording).map(place));
  const complaints = [
    ...crossChecksOf(settings, own, wording).filter((complaint) => !old.has(place(complaint))),
    // A host is one's own among all of them; what else there is to say of the others they have passed.
    ...appsAreDistinct({ ...settings, apps: [...others, ...own] }, wording.quote)
      .filter(({ path }) => path[1] === others.length)
      .map((complaint): Complaint => ({ ...complaint, path: ["apps", 0, ...complaint.path.slice(2)] })),
  ];
  const each = [...new Map(complaints.map((complaint) => [place(complaint), complaint])).values()];
  if (each.length > 0) {
    throw error(each, wording);
  }
  return own[0];
}

function crossChecksOf(settings: Settings, apps: App[], wording: Wording): Complaint[] {
  return crossChecks.flatMap((check) => check({ ...settings, apps }, wording.quote));
}

/** Here it is `app`, the argument, and not one of a list. */
function error(complaints: readonly Complaint[], wording: Wording): SettingsError {
  return new SettingsError(
    complaints.map((complaint) => {
      const { path } = complaint;
      // What of the value may be shown is known by its place in the settings.
      const problem = wording.problem(complaint);
      return path[0] === "apps" ? { ...problem, key: wording.key(["app", ...path.slice(2)]) } : problem;
    }),
  );
}
