type Json = Record<string, unknown>;

/**
 * What an answer's message has beside its text: `tool_calls`, or OpenAI's older `function_call`, put
 * together from the pieces in which they streamed. undefined: there were none.
 * @param pieces the deltas of kind `tool`, each a piece of a call as its JSON, in their order.
 */
export function toolFields(pieces: readonly string[]): Readonly<Json> | undefined {
  const calls: Json[] = [];
  const byIndex = new Map<unknown, Json>();
  let functionCall: Json | undefined;
  for (const piece of pieces) {
    const { index, function_call, ...call } = parsed(piece);
    if (isObject(function_call)) {
      functionCall = joined(functionCall ?? {}, function_call);
      continue;
    }
    const begun = begunCall(calls, byIndex, index, call);
    if (begun) Object.assign(begun, joined(begun, call));
    else {
      calls.push(call);
      byIndex.set(index, call);
    }
  }
  if (functionCall) return { function_call: functionCall };
  return calls.length ? { tool_calls: calls } : undefined;
}

/** The call that this piece goes on with: of its index, or else the last one, if this is no call by itself. */
function begunCall(
  calls: readonly Json[],
  byIndex: ReadonlyMap<unknown, Json>,
  index: unknown,
  call: Json,
): Json | undefined {
  const last = index === undefined ? calls.at(-1) : byIndex.get(index);
  if (!last || !isText(call['id'])) return last;
  // Some servers number every call of an answer 0.
  return isText(last['id']) && call['id'] !== last['id'] ? undefined : last;
}

/** Arguments are the one text that streams in pieces; everything else is told whole. */
function joined(call: Json, piece: Json): Json {
  const result: Json = { ...call };
  for (const [name, value] of Object.entries(piece)) {
    const before = result[name];
    if (value === null || value === '') result[name] ??= value;
    else if (isObject(before) && isObject(value)) result[name] = joined(before, value);
    else if (name === 'arguments' && isText(before) && isText(value)) result[name] = before + value;
    else result[name] = value;
  }
  return result;
}

function parsed(piece: string): Json {
  try {
    const value: unknown = JSON.parse(piece);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
