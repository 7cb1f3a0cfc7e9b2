/** Where clouds hand out credentials, of the node or of a pod, to whoever can ask. */

/** AWS, Azure and Google Cloud; to Google Cloud's nodes it is their resolver, too. */
export const metadataServer = "169.254.169.254/32";

/** Where GKE's metadata server answers for Workload Identity, except with Dataplane V2, where it is the one above. */
export const gkeMetadataServer = { address: "169.254.169.252/32", port: 988 };

/** All of them: also EKS Pod Identity's and ECS's, and those under IPv6 of AWS and Google Cloud. */
export const metadataServers = [
  metadataServer,
  "169.254.170.23/32",
  "169.254.170.2/32",
  gkeMetadataServer.address,
  "fd00:ec2::254/128",
  "fd00:ec2::23/128",
  "fd20:ce::254/128",
];
