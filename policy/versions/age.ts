import { tableDate, tableSources } from "./table";

const day = 24 * 60 * 60 * 1000;

/** How many days ago somebody last looked for new advisories. */
export function ageInDays(today: Date, date = tableDate): number {
  return Math.floor((today.getTime() - Date.parse(`${date}T00:00:00Z`)) / day);
}

export interface AgeReport {
  readonly isTooOld: boolean;
  readonly lines: readonly string[];
}

/** What there is to say of the table's age, and where to look when it is too old. */
export function ageReport(today: Date, limit: number, date = tableDate): AgeReport {
  const age = ageInDays(today, date);
  const text = `the table of vulnerable versions is of ${date}, ${age} ${age === 1 ? "day" : "days"} ago`;
  if (age <= limit) return { isTooOld: false, lines: [text] };
  const sources = Object.entries(tableSources).map(([component, url]) => `  ${component}: ${url}`);
  return {
    isTooOld: true,
    lines: [
      `${text}, more than ${limit}. Look for newer advisories, then set tableDate in policy/versions/table.ts:`,
      ...sources,
    ],
  };
}
