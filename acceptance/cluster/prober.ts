import { type KubeConfig, PortForward } from "@kubernetes/client-node";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Writable } from "node:stream";

/** A port of this machine that leads into a pod. */
export interface Forwarded {
  port: number;
  close(): Promise<void>;
}

/** What closes a connection into a pod; the client gives a websocket. */
interface Channel {
  close(): void;
  addEventListener(type: "close", listener: () => void): void;
}

/**
 * Leads a port of this machine to one of a pod through the API server, as `kubectl port-forward` does. The connection
 * begins in the pod's own network, at 127.0.0.1, so that only what listens there is reached.
 */
export async function forwardPort(
  config: KubeConfig,
  namespace: string,
  pod: string,
  podPort: number,
): Promise<Forwarded> {
  const forward = new PortForward(config);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
    // Kubelet writes here why it could not connect; whoever asks then sees a connection that ends.
    const complaints = new Writable({
      write: (chunk: Buffer, _, done) => {
        if (chunk.length > 0) {
          socket.destroy();
        }
        done();
      },
    });
    forward.portForward(namespace, pod, [podPort], socket, complaints, socket).then(
      (connected) => {
        const channel = connected as unknown as Channel;
        channel.addEventListener("close", () => socket.end());
        socket.once("close", () => channel.close());
      },
      () => socket.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
