import { edgeSecretName } from "../beside/edgeSecret";
import { type Mode, theWayIn, twoPeople } from "./mode";

/** Two of each, so that the sessions of notebooks are seen to be shared, too. */
const replicas = { ...twoPeople, replicas: 2, "ingress.replicas": { min: 2, max: 2 } };

/** A namespace of which the gate takes routes, and which the suite makes. */
const ofTheSuite = "notebooks-of-the-suite";

/** Notebooks on hosts of their own, beside the gate's domain and far from it. */
export const notebookModes: readonly Mode[] = [
  {
    name: "notebooks",
    stack: "dev",
    settings: { ...replicas, notebooks: { mode: "subdomain", domain: "kubeflow-notebooks.example.com" } },
    only: ["notebooks", "origins", "fail-closed/network-flows", "fail-closed/inside-the-platform", ...theWayIn],
    skip: ["notebooks/by-path"],
    breaks: "own",
    why: "Hosts of notebooks on the gate's own site are kept from it by the gateway alone; what else the gate does is as in `core`.",
  },
  {
    name: "notebooks-apart",
    stack: "dev",
    settings: {
      ...replicas,
      notebooks: { mode: "separate-domain", domain: "kubeflow-notebooks.example.org", forwardAuthorization: true },
    },
    only: ["notebooks", ...theWayIn],
    skip: ["notebooks/by-path"],
    // A websocket on which nothing comes is watched for six minutes.
    verify: ["--wait", "400"],
    breaks: "own",
    why: "On another site browsers treat cookies and pages otherwise, and here notebooks get their clients' Authorization; what the gateway does with them is as in `notebooks`.",
  },
  {
    name: "notebooks-one-certificate",
    stack: "dev",
    settings: {
      ...replicas,
      "certificates.edge": { type: "existingSecret", secretName: edgeSecretName },
      notebooks: { mode: "subdomain", domain: "kubeflow-notebooks.example.com" },
    },
    beside: ["edge-secret"],
    only: ["notebooks/sign-in", "notebooks/one-connection", "notebooks/attackers-page", ...theWayIn],
    breaks: "own",
    why: "Browsers keep one connection for all hosts of a certificate, and here one names the gate and the notebooks; what else is there is as in `notebooks`.",
  },
  {
    name: "notebooks-by-path",
    stack: "dev",
    settings: { "ingress.applicationNamespaces": [ofTheSuite] },
    only: ["notebooks/by-path"],
    verify: ["--notebook-namespace", ofTheSuite],
    breaks: "own",
    why: "The attempts of an attacker's notebook are real ones, which succeed where notebooks are on the dashboard's host; what else is there `core` looks at.",
  },
];
