import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { VirtualClock } from '../../src/base/clock.ts';
import { samplingOf } from '../../src/play/target.ts';
import { startRun } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { bodyWriter } from '../../src/transport/body.ts';
import { headerWriter } from '../../src/transport/http/headers.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { openWorkload } from '../../src/workload/load.ts';
import { sharedFile } from './needs.ts';

/** A message as the captures have it: what identifies its text. */
export interface SentMessage {
  readonly role: string;
  /** Unicode characters. */
  readonly chars: number;
  readonly sha1: string;
}

/** One request, as the recording server of shared/data/upstream wrote it down. */
export interface Sent {
  /** Milliseconds since the first request. */
  readonly atMs: number;
  /** Beyond the ordinary, by names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without its messages. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly messages: readonly SentMessage[];
}

export function captureFile(name: string): string {
  return sharedFile(`data/upstream/${name}`);
}

/** In the order of arrival. */
export function captured(name: string): Sent[] {
  const lines = readFileSync(captureFile(`${name}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const { atMs, headers, body, messages } = JSON.parse(line) as Sent;
    const identified = messages.map(({ role, chars, sha1 }) => ({ role, chars, sha1 }));
    return { atMs, headers, body, messages: identified };
  });
}

const ORDINARY = new Set(['content-type', 'accept', 'accept-encoding', 'user-agent']);
const FIRST_WORD_MS = 50;
const WORD_MS = 4;

/**
 * What a scenario sends to that server: it answers after 50 ms, then a word ` wN` every 4 ms, as many as max_tokens.
 * `overheadMs` is how long a request takes besides, on its way and in upstream's client.
 */
export async function sentBy(
  input: ScenarioInput,
  { overheadMs = 0, cacheDir }: { overheadMs?: number; cacheDir: string },
): Promise<Sent[]> {
  const scenario = parseScenario(input);
  const clock = new VirtualClock();
  const { api, stream, headers, sessionHeaders, prefillHeader, sessionField, body } =
    scenario.target;
  const writeBody = bodyWriter({
    api,
    stream,
    model: scenario.target.model!,
    sampling: samplingOf(scenario),
    extra: body,
    sessionField,
  });
  const writeHeaders = headerWriter({ headers, sessionHeaders, prefillHeader, apiKey: '' }, {});
  const sent: Sent[] = [];
  const transport: Transport = {
    send(request, observer) {
      const flat = writeHeaders(request);
      sent.push(written(clock.now(), flat, writeBody(request)));
      observer.onSent(clock.now());
      const words = Array.from({ length: request.maxTokens ?? 0 }, (_, i) => ` w${i}`);
      const timer = clock.setTimeout(
        () => {
          observer.onDelta('content', words.join(''), clock.now());
          observer.onEnd({ usage: undefined, finishReason: 'length' }, clock.now());
        },
        FIRST_WORD_MS + WORD_MS * words.length + overheadMs,
      );
      return () => clock.clearTimeout(timer);
    },
    close: async () => {},
  };
  startRun({
    scenario,
    clock,
    transport,
    workload: await openWorkload(scenario, { cacheDir }),
    record: () => {},
    onDone: () => {},
  });
  clock.run();
  return sent;
}

function written(atMs: number, flat: readonly string[], bytes: Buffer): Sent {
  const { messages, ...body } = JSON.parse(bytes.toString());
  const headers: Record<string, string> = {};
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!.toLowerCase();
    if (!ORDINARY.has(name)) headers[name] = flat[i + 1]!;
  }
  return { atMs, headers, body, messages: messages.map(identified) };
}

function identified({ role, content }: { role: string; content: string }): SentMessage {
  const sha1 = createHash('sha1').update(content).digest('hex').slice(0, 12);
  return { role, chars: [...content].length, sha1 };
}
