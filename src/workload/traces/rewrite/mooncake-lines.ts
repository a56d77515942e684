import type { TraceEntry } from '../format.ts';
import { idList, jsonLine, Raw, type TraceWriter } from './writer.ts';

/** With the fields that AIPerf added where the trace needs them. */
export const mooncakeLines: TraceWriter = {
  holds: [
    'times',
    'starts',
    'sessions',
    'thinks',
    'outputs',
    'inputs',
    'blocks',
    'last-blocks',
    'deltas',
    'tools',
    'texts',
  ],
  needs: [],
  rounding: 'ceil',
  async *pieces(entries) {
    let i = 0;
    for await (const entry of entries) yield { name: String(i++), line: lineOf(entry) };
  },
};

function lineOf(entry: TraceEntry): string {
  const { atMs, session, thinkMs, outputTokens } = entry;
  return jsonLine({
    session_id: session,
    timestamp: atMs,
    delay: thinkMs,
    ...saidIn(entry),
    output_length: outputTokens,
    ...(entry.hashIds && { hash_ids: idList(entry.hashIds) }),
  });
}

/** Counts are whole and texts are new, unless it is said. */
function saidIn(entry: TraceEntry) {
  const { session, isCumulative = false, inputTokens, messages, request } = entry;
  const isTurn = session !== undefined;
  if (!messages) {
    const mode = isTurn && !isCumulative && { context_mode: 'deltas_without_responses' };
    return { input_length: inputTokens, ...mode };
  }
  const [first] = messages;
  const isText =
    messages.length === 1 && !request && first.role === 'user' && !first.fields && !isCumulative;
  if (isText) return { text_input: first.text };
  const list = new Raw(`[${messages.map(({ json }) => json.toString('utf8')).join(', ')}]`);
  const mode = isTurn && !isCumulative && { message_mode: 'delta' };
  return { ...mode, messages: list, ...request };
}
