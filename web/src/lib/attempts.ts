/** A call as far as attempts are told from it. */
interface Tried {
  fault?: { class: string } | null | undefined;
}

/** After these a step is tried again; any other fault ends it, or its recipe goes on with it. */
const AGAIN = new Set(['transient', 'rate_limited', 'unknown', 'unauthorized']);

/** The calls of a step, cut after each that led to another try. */
export function attempts<Call extends Tried>(calls: readonly Call[]): Call[][] {
  const tries: Call[][] = [];
  let again = true;
  for (const call of calls) {
    if (again) tries.push([]);
    tries.at(-1)?.push(call);
    again = call.fault != null && AGAIN.has(call.fault.class);
  }
  return tries;
}
