import { mkdirSync } from "node:fs";
import { stringify } from "smol-toml";
import { addresses, layout } from "./layout";
import { nodeCommand, onNode } from "./machines";
import { startDetached } from "./processes";
import { patiently } from "./wait";

export const containerdSocket = "/run/containerd/containerd.sock";

/** Plugins of the Container Network Interface that the pods' network needs. */
export const cniPlugins = ["ptp", "host-local", "portmap", "loopback"] as const;

/** Starts containerd, with the pods' network: each pod on a cable of its own, so that all its traffic is routed by the node. */
export async function startContainerRuntime(programs: (name: string) => string, pauseImage: string): Promise<void> {
  const { path } = layout();
  mkdirSync(path, { recursive: true });
  await onNode(["sh", "-c", `cat > /etc/containerd-bed.toml`], {
    input: containerdConfig(pauseImage, programs("runc")),
  });
  await onNode(["sh", "-c", `cat > /etc/cni/net.d/10-bed.conflist`], { input: JSON.stringify(podNetwork, null, 2) });
  for (const plugin of cniPlugins) {
    await onNode(["cp", programs(plugin), `/opt/cni/bin/${plugin}`]);
  }
  startDetached("containerd", nodeCommand([programs("containerd"), "--config", "/etc/containerd-bed.toml"]), {
    ...process.env,
    PATH: `${path}:${process.env.PATH ?? ""}`,
  });
  await patiently("containerd", 30, () => onNode([programs("ctr"), "--address", containerdSocket, "version"]));
}

export async function importImage(programs: (name: string) => string, archive: string): Promise<void> {
  await onNode(
    [programs("ctr"), "--address", containerdSocket, "--namespace", "k8s.io", "images", "import", "--local", archive],
    { timeoutMs: 300_000 },
  );
}

const podNetwork = {
  cniVersion: "1.0.0",
  name: "bed",
  plugins: [
    {
      type: "ptp",
      ipMasq: false,
      mtu: 1500,
      ipam: { type: "host-local", ranges: [[{ subnet: addresses.podSubnet }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

function containerdConfig(pauseImage: string, runc: string): string {
  return stringify({
    version: 3,
    root: "/var/lib/containerd",
    state: "/run/containerd",
    grpc: { address: containerdSocket },
    plugins: {
      "io.containerd.cri.v1.images": { snapshotter: "overlayfs", pinned_images: { sandbox: pauseImage } },
      "io.containerd.cri.v1.runtime": {
        // Without CAP_SYS_RESOURCE, as in many sandboxes, a process may not be made harder to kill than its parent.
        restrict_oom_score_adj: true,
        cni: { bin_dirs: ["/opt/cni/bin"], conf_dir: "/etc/cni/net.d" },
        containerd: {
          default_runtime_name: "runc",
          runtimes: {
            runc: { runtime_type: "io.containerd.runc.v2", options: { BinaryName: runc, SystemdCgroup: false } },
          },
        },
      },
    },
  });
}
