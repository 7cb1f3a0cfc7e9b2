/** The connections of notebooks that have hosts of their own. */
import { notebooks, profileLabels } from "../topology";
import { type Flow, parts, type Peer, tcp } from "./peers";

/** Whose namespaces these are, the profile controller alone knows. */
const profiles: Peer = { kind: "namespaces", name: "profiles", labels: profileLabels };

export function waysToNotebooks(): Flow[] {
  return [
    {
      from: parts.gateway,
      to: parts.notebooksProxy,
      ports: tcp(notebooks.proxy.ports.http),
      why: "The session check of every request of a notebook, and `/oauth2/` of their sign-in.",
    },
    {
      from: parts.gateway,
      to: profiles,
      ports: "any TCP port",
      why: "Notebooks, TensorBoards and volume viewers; each names a port of its own.",
    },
  ];
}
