/**
 * A signal that ends with another one, or after some milliseconds. Node 20 loses the time limit of
 * `AbortSignal.any([…, AbortSignal.timeout(…)])` at its next garbage collection, unless somebody listens to it (nodejs/node#57736).
 */
export function limited(signal: AbortSignal | undefined, milliseconds: number): AbortSignal {
  const limit = AbortSignal.timeout(milliseconds);
  limit.addEventListener("abort", () => undefined, { once: true });
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}
