import { type Rule, type StackRule } from "../../rule";
import { forbidDefaultCredentials } from "./forbid-default-credentials";
import { forbidHostAccess } from "./forbid-host-access";
import { forbidNeedlessToken } from "./forbid-needless-token";
import { forbidPrivilegeEscalation } from "./forbid-privilege-escalation";
import { forbidUnusedToken } from "./forbid-unused-token";
import { limitCapabilities } from "./limit-capabilities";
import { limitKernelSettings } from "./limit-kernel-settings";
import { limitVolumeTypes } from "./limit-volume-types";
import { requireFixedImage } from "./require-fixed-image";
import { requireMemoryLimits } from "./require-memory-limits";
import { requireReadOnlyRoot } from "./require-read-only-root";
import { requireRootless } from "./require-rootless";
import { requireSeccomp } from "./require-seccomp";

/** Pods: the restricted Pod Security Standard, and what identity services need besides. */
export const rules: readonly Rule[] = [
  requireRootless,
  forbidPrivilegeEscalation,
  limitCapabilities,
  requireSeccomp,
  forbidHostAccess,
  limitVolumeTypes,
  limitKernelSettings,
  requireReadOnlyRoot,
  requireMemoryLimits,
  requireFixedImage,
  forbidDefaultCredentials,
];

export const stackRules: readonly StackRule[] = [forbidNeedlessToken, forbidUnusedToken];
