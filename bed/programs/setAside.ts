import { BadInput } from "../../cli/exit";
import { jupyterlabName } from "../jupyterlab";
import { foreignPrograms } from "./found";
import { type Lock } from "./lock";
import { type Programs } from "./provide";

/** Every program that a bed may have, built or found. */
export function programNames({ modules, wheels }: Lock): string[] {
  return [
    ...Object.values(modules).flatMap((entry) => Object.keys(entry.programs)),
    ...Object.values(wheels).map(({ program }) => program),
    ...foreignPrograms.map(({ name }) => name),
  ];
}

/** A name that no program has would set nothing aside, and nobody would notice. */
export function checkWithout(lock: Lock, without: readonly string[]): void {
  const known = [...programNames(lock), jupyterlabName];
  const unknown = without.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const mend = `write one of ${known.join(", ")}`;
    throw new BadInput(
      "The bed has no such program that could be left out.",
      unknown.map((value) => ({ key: "--without", value, mend })),
    );
  }
}

/** Programs that are there and not to be used count as missing. */
export function setAside(programs: Programs, without: readonly string[]): Programs {
  const missing = without
    .filter((name) => programs.has(name))
    .map((name) => ({ name, neededFor: "this run", mend: "leave out --without" }));
  return {
    path: (name) => programs.path(name),
    file: (name) => programs.file(name),
    version: (name) => programs.version(name),
    has: (name) => !without.includes(name) && programs.has(name),
    missing: [...programs.missing, ...missing],
  };
}
