import type { TraceEntry } from '../format.ts';
import { idList, jsonLine, type Piece, secondsOf, type TraceWriter } from './writer.ts';

/** Rows are numbered as they come: the format's own numbers say nothing but what goes on from what. */
export const bailianLines: TraceWriter = {
  holds: ['times', 'starts', 'sessions', 'outputs', 'inputs', 'blocks', 'last-blocks', 'kinds'],
  needs: ['times', 'outputs', 'inputs', 'blocks'],
  rounding: 'ceil',
  pieces: bailianPieces,
};

async function* bailianPieces(entries: AsyncIterable<TraceEntry>): AsyncGenerator<Piece> {
  const last = new Map<string, { readonly chat: number; readonly turn: number }>();
  let chat = -1;
  for await (const entry of entries) {
    chat++;
    const { session, atMs, inputTokens, outputTokens, kind, hashIds } = entry;
    const before = session === undefined ? undefined : last.get(session);
    const turn = (before?.turn ?? 0) + 1;
    if (session !== undefined) last.set(session, { chat, turn });
    const line = jsonLine({
      chat_id: chat,
      parent_chat_id: before?.chat ?? -1,
      timestamp: secondsOf(atMs!),
      input_length: inputTokens,
      output_length: outputTokens,
      type: kind,
      turn,
      hash_ids: idList(hashIds!),
    });
    yield { name: String(chat), line };
  }
}
