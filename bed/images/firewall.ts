import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BadInput } from "../../cli/exit";
import { onPath } from "../programs/search";
import { type Files } from "./layer";
import { librariesOf } from "./libraries";

const families = ["iptables", "ip6tables"];
const backends = ["", "-nft", "-legacy"];
const actions = ["", "-save", "-restore"];

/** iptables as this machine has it, with its own choice between nft and legacy: both sides must use the same tables. */
export async function firewallTools(): Promise<Files> {
  const names = families.flatMap((family) =>
    backends.flatMap((backend) => actions.map((action) => `${family}${backend}${action}`)),
  );
  const found = names.flatMap((name) => {
    const path = onPath(name);
    return path === undefined ? [] : [{ name, program: realpathSync(path) }];
  });
  if (!found.some(({ name }) => name === "iptables")) {
    throw new BadInput("The images of kube-proxy and the mesh cannot be made.", [
      { key: "iptables", value: "not found", mend: "install Debian's package iptables" },
    ]);
  }
  const programs = [...new Set(found.map(({ program }) => program))];
  const libraries: Files = Object.assign({}, ...(await Promise.all(programs.map(librariesOf)))) as Files;
  return {
    ...libraries,
    ...extensions(libraries),
    ...Object.fromEntries(
      programs.map((program) => [`/usr/sbin/${basename(program)}`, { from: program, mode: 0o755 }]),
    ),
    // All of them are one program each for nft and legacy, which asks under which name it was called.
    ...Object.fromEntries(
      found
        .filter(({ name, program }) => basename(program) !== name)
        .map(({ name, program }) => [`/usr/sbin/${name}`, { link: basename(program) }]),
    ),
  };
}

/** Matches and targets are libraries that libxtables opens by itself, from a folder beside it. */
function extensions(libraries: Files): Files {
  const library = Object.keys(libraries).find((path) => basename(path).startsWith("libxtables.so"));
  if (library === undefined) {
    return {};
  }
  const folder = join(dirname(realpathSync(library)), "xtables");
  return existsSync(folder) ? { [folder]: { from: folder } } : {};
}
