// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be a copy, which nothing can be put into
import debuggable = require("@pulumi/pulumi/runtime/debuggable");

type Made = <T>(promise: Promise<T>, context: string) => Promise<T>;

/**
 * Leaves out where each of the SDK's promises was made, which takes an eighth of a preview's time to find out: the SDK shows
 * it only with PULUMI_DEBUG_PROMISE_LEAKS, and then it stays. The answer puts things back.
 */
export function withoutPromiseStacks(): () => void {
  const promises = debuggable as { debuggablePromise: Made; debugPromiseLeaks: boolean };
  const { debuggablePromise, debugPromiseLeaks } = promises;
  if (debugPromiseLeaks) {
    return () => undefined;
  }
  promises.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  return () => {
    promises.debuggablePromise = debuggablePromise;
  };
}
