import type { TraceEntry } from '../format.ts';
import { idList, jsonLine, secondsOf, type TraceWriter } from './writer.ts';

/** What vLLM's timed_trace reads, by the names and in the seconds that it takes for granted. */
export const timedLines: TraceWriter = {
  holds: ['times', 'starts', 'outputs', 'inputs', 'blocks', 'last-blocks'],
  needs: ['times', 'outputs', 'inputs', 'blocks'],
  rounding: 'ceil',
  async *pieces(entries) {
    let i = 0;
    for await (const entry of entries) yield { name: String(i++), line: lineOf(entry) };
  },
};

function lineOf({ atMs, inputTokens, outputTokens, hashIds }: TraceEntry): string {
  return jsonLine({
    timestamp: secondsOf(atMs!),
    input_length: inputTokens,
    output_length: outputTokens,
    hash_ids: idList(hashIds!),
  });
}
