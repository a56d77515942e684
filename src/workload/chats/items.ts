import { contentDigest } from '../files/content-digest.ts';
import { conversationsIn } from './chat-file.ts';

/** Conversations as JSON bytes, and what identifies them. */
export interface ChatItems {
  readonly items: readonly Buffer[];
  /** Where each begins in its file, 1-based; absent: they are of no file. */
  readonly lines?: readonly number[];
  readonly contentDigest: string;
  readonly notes: readonly string[];
}

/** Those of a file, as they are there. */
export async function readChats(file: string, cacheDir: string): Promise<ChatItems> {
  const items: Buffer[] = [];
  const lines: number[] = [];
  for await (const { bytes, line } of conversationsIn(file)) {
    items.push(bytes);
    lines.push(line);
  }
  return { items, lines, contentDigest: await contentDigest(file, cacheDir), notes: [] };
}
