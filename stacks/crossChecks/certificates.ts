import { comparing, shorter } from "./comparing";

export const certificatesNest = comparing(["certificates"], function* ({ certificates }, quote) {
  if (!shorter(certificates.renewBefore, certificates.duration)) {
    yield {
      path: ["certificates", "renewBefore"],
      value: certificates.renewBefore,
      mend: `must be below certificates.duration (${quote("certificates", certificates.duration)})`,
    };
  }
  if (shorter(certificates.duration, "1h")) {
    yield {
      path: ["certificates", "duration"],
      value: certificates.duration,
      mend: "cert-manager issues nothing shorter than 1h",
    };
  }
  if (shorter(certificates.renewBefore, "5m")) {
    yield {
      path: ["certificates", "renewBefore"],
      value: certificates.renewBefore,
      mend: "cert-manager accepts nothing shorter than 5m",
    };
  }
  if (!shorter(certificates.duration, certificates.caDuration)) {
    yield {
      path: ["certificates", "caDuration"],
      value: certificates.caDuration,
      mend: `must be above certificates.duration (${quote("certificates", certificates.duration)}): a certificate cannot outlive its CA`,
    };
  }
});
