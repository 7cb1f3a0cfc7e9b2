import { type Pick } from "../../../acceptance/checks/paths/tries";

/** Makes a check try a few things only, and tells how many there would have been. */
export function only(few: RegExp): { pick: Pick; all: () => number } {
  let all = 0;
  return {
    pick: (tries) => {
      all = Math.max(all, tries.length);
      return tries.filter(({ what }) => few.test(what));
    },
    all: () => all,
  };
}
