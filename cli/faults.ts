type Handler = (error: unknown) => void;

const handlers: Handler[] = [];

/**
 * Catches errors that nobody else does, until the returned function is called; the innermost handler gets them. Node's
 * own answer would be exit code 1, which would read as a policy violation.
 */
export function catchFaults(handler: Handler): () => void {
  if (handlers.length === 0) {
    process.on("uncaughtException", dispatch);
    process.on("unhandledRejection", dispatch);
  }
  handlers.push(handler);
  return () => {
    handlers.splice(handlers.indexOf(handler), 1);
    if (handlers.length === 0) {
      process.off("uncaughtException", dispatch);
      process.off("unhandledRejection", dispatch);
    }
  };
}

function dispatch(error: unknown): void {
  handlers.at(-1)?.(error);
}
