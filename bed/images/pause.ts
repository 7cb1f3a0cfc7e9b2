import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../command";
import { type Programs } from "../programs/provide";
import { onPath } from "../programs/search";
import { type Store } from "../programs/store";

/** Kubernetes' own program that holds a pod's namespaces open, compiled from the source in its module. */
export async function pauseProgram(programs: Programs, version: string, store: Store): Promise<string> {
  const source = programs.file("kubernetes/pause.c");
  const flags = ["-Os", "-Wall", "-static", `-DVERSION=v${version}`];
  const place = store.place("pause", { source: readFileSync(source, "utf8"), flags });
  await store.provide(place, async (folder) => {
    await run("compiling pause", onPath("gcc") ?? "gcc", [...flags, "-s", "-o", join(folder, "pause"), source]);
  });
  return join(place, "pause");
}
