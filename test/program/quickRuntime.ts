/**
 * What Pulumi's runtime prepares for an engine in another process, and what a recording in this one never looks at: half
 * of the time of a recording, and the tests make some hundred.
 */
import * as pulumi from "@pulumi/pulumi";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be a copy, which nothing can be put into
import debuggable = require("@pulumi/pulumi/runtime/debuggable");

/** A message that holds the values themselves, as they come out of the one that is made for the wire. */
class PlainStruct extends Struct {
  private readonly values: Record<string, JavaScriptValue>;

  constructor(values: Record<string, JavaScriptValue>) {
    super();
    this.values = overTheWire(values) as Record<string, JavaScriptValue>;
  }

  override toJavaScript(): Record<string, JavaScriptValue> {
    return this.values;
  }
}

/** A copy with the keys in order; like the message it takes nothing that JSON has no word for. */
export function overTheWire(value: unknown): unknown {
  if (Array.isArray(value)) {
    return Array.from(value, overTheWire);
  }
  if (typeof value === "object" && value !== null) {
    const object = value as Record<string, unknown>;
    const keys = Object.keys(object).sort();
    return Object.fromEntries(keys.map((key) => [key, overTheWire(object[key])]));
  }
  if (value !== null && !["string", "number", "boolean"].includes(typeof value)) {
    throw new Error(`no message can hold a value of type ${typeof value}`);
  }
  return value;
}

/** Leaves out, until the function that it gives is called, the encoding of messages and the traces of the stack. */
export function quicken(): () => void {
  const messages = Struct as unknown as { fromJavaScript: (values: Record<string, JavaScriptValue>) => Struct };
  const resources = pulumi.Resource as unknown as { callsites: () => readonly object[] };
  const promises = debuggable as { debuggablePromise: <T>(promise: Promise<T>) => Promise<T> };
  const errors = Error as unknown as { stackTraceLimit: number; prepareStackTrace?: (error: Error) => string };
  const { fromJavaScript } = messages;
  const { callsites } = resources;
  const { stackTraceLimit, prepareStackTrace } = errors;
  const { debuggablePromise } = promises;
  messages.fromJavaScript = (values) => new PlainStruct(values);
  // An engine is told where in the program each resource stands.
  resources.callsites = () => [];
  // Pulumi keeps a stack trace of every promise, and Node looks each of its lines up in the source maps.
  errors.stackTraceLimit = 0;
  errors.prepareStackTrace = String;
  // It also lists every promise that is open, for a message at the end of a process; `record` has one of its own.
  promises.debuggablePromise = (promise) => promise;
  return () => {
    messages.fromJavaScript = fromJavaScript;
    resources.callsites = callsites;
    errors.stackTraceLimit = stackTraceLimit;
    errors.prepareStackTrace = prepareStackTrace;
    promises.debuggablePromise = debuggablePromise;
  };
}
