import { BadInput, Failure } from "../../cli/exit";
import { outcomeOf } from "../command";
import { goVersion } from "./goModule";
import { type Lock } from "./lock";
import { onPath } from "./search";

export interface HostTool {
  /** The program, or what else has to be there. */
  name: string;
  neededFor: string;
  /** What to do where it is missing. */
  mend: string;
  /** What was found instead of what is needed; nothing when all is well. */
  complaint(lock: Lock): Promise<string | undefined>;
}

const notFound = "not found";

function program(name: string, neededFor: string, debianPackage: string): HostTool {
  return {
    name,
    neededFor,
    mend: `install Debian's package ${debianPackage}`,
    complaint: () => Promise.resolve(onPath(name) === undefined ? notFound : undefined),
  };
}

/** What compiles and unpacks the components; asked for only while some are still to be made. */
export const buildTools: readonly HostTool[] = [
  {
    name: "gcc with libseccomp, static",
    neededFor: "runc, and the pause container",
    mend: "install Debian's packages gcc, libc6-dev, libseccomp-dev and pkg-config",
    complaint: async () => {
      const gcc = onPath("gcc");
      if (gcc === undefined || onPath("pkg-config") === undefined) {
        return gcc === undefined ? "no gcc" : "no pkg-config";
      }
      const source = "#include <seccomp.h>\nint main(void) { return seccomp_api_get() == 0; }\n";
      const compile = `printf '%s' "$1" | "$0" -static -x c - -o /dev/null $(pkg-config --libs --static libseccomp)`;
      const { code } = await outcomeOf("/bin/sh", ["-c", compile, gcc, source], { timeoutMs: 30_000 });
      return code === 0 ? undefined : "a program with libseccomp does not link statically";
    },
  },
  {
    name: "python3 with venv",
    neededFor: "Envoy, which comes in a wheel from PyPI",
    mend: "install Debian's packages python3 and python3-venv",
    complaint: async () => {
      const python = onPath("python3");
      if (python === undefined) {
        return notFound;
      }
      const { code } = await outcomeOf(python, ["-c", "import venv, ensurepip"], { timeoutMs: 30_000 });
      return code === 0 ? undefined : "it has no venv";
    },
  },
];

/** What a machine must let the bed do; each is tried in namespaces that end with the try. */
export const machineRights: readonly HostTool[] = [
  {
    name: "Linux on amd64",
    neededFor: "every program of the lock",
    mend: "use such a machine",
    complaint: () => {
      const here = `${process.platform} on ${process.arch}`;
      return Promise.resolve(here === "linux on x64" ? undefined : here);
    },
  },
  mayRun("namespaces", ["true"], "the two machines of the bed", "run as root, in a container with CAP_SYS_ADMIN"),
  mayRun(
    "address translation in a namespace",
    ["iptables", "--table", "nat", "--list"],
    "Services and the mesh's redirection",
    "run as root with CAP_NET_ADMIN, on a kernel with iptables' nat table",
  ),
];

function mayRun(name: string, command: readonly string[], neededFor: string, mend: string): HostTool {
  const namespaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork"];
  return {
    name,
    neededFor,
    mend,
    complaint: async () => {
      if (onPath("unshare") === undefined || onPath(command[0] ?? "") === undefined) {
        return "cannot be tried without the programs";
      }
      const { code, stderr } = await outcomeOf("unshare", [...namespaces, ...command], { timeoutMs: 30_000 });
      return code === 0 ? undefined : stderr.trim().split("\n").at(-1) || `refused with ${code ?? "a signal"}`;
    },
  };
}

/** What runs the bed. */
export const runTools: readonly HostTool[] = [
  program("iptables", "Services, pods' traffic and the mesh's redirection", "iptables"),
  program("ip", "the bed's own network", "iproute2"),
  program("nsenter", "commands inside the bed", "util-linux"),
  program("unshare", "the bed's own namespaces", "util-linux"),
  program("mount", "the bed's own file systems", "mount"),
];

/** Go itself: part of the key under which built programs are kept, so it is needed even when all of them are there. */
export const goTool: HostTool = {
  name: "go",
  neededFor: "building the components",
  mend: "install Go, from Debian's package golang-go where that is new enough, else from go.dev",
  complaint: async (lock) => {
    const go = onPath("go");
    if (go === undefined) {
      return notFound;
    }
    try {
      const found = await goVersion(lock, go);
      return isOlder(found, lock.go) ? `${found}; go${lock.go} or later is needed` : undefined;
    } catch (error) {
      return error instanceof Failure ? `${error.message}: ${error.details}` : String(error);
    }
  },
};

/** Fails with every tool that is missing, and the package that has it. */
export async function checkHostTools(tools: readonly HostTool[], lock: Lock): Promise<void> {
  const complaints = await Promise.all(tools.map((tool) => tool.complaint(lock)));
  const problems = tools.flatMap(({ name, neededFor, mend }, index) => {
    const complaint = complaints[index];
    return complaint === undefined ? [] : [{ key: name, value: complaint, mend: `needed for ${neededFor}: ${mend}` }];
  });
  if (problems.length > 0) {
    throw new BadInput("This machine lacks what the bed needs.", problems);
  }
}

/** Compares what `go env GOVERSION` says, such as `go1.26.1`, with a version of the lock. */
export function isOlder(found: string, needed: string): boolean {
  const numbers = (text: string) => (/\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number);
  const [have, need] = [numbers(found), numbers(needed)];
  const differing = need.findIndex((number, index) => (have[index] ?? 0) !== number);
  return differing >= 0 && (have[differing] ?? 0) < (need[differing] ?? 0);
}
