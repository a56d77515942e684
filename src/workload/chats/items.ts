import { contentDigest } from '../files/content-digest.ts';
import { conversationsIn } from './chat-file.ts';

/** Conversations as JSON bytes, and what identifies them. */
export interface ChatItems {
  readonly items: readonly Buffer[];
  readonly contentDigest: string;
  readonly notes: readonly string[];
}

/** Those of a file, as they are there. */
export async function readChats(file: string, cacheDir: string): Promise<ChatItems> {
  const items: Buffer[] = [];
  for await (const { bytes } of conversationsIn(file)) items.push(bytes);
  return { items, contentDigest: await contentDigest(file, cacheDir), notes: [] };
}
