import { errorText } from '../base/errors.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Said } from '../user/world.ts';
import { startTokenCounter, type TokenCounter } from '../workload/tokenizer/token-counter.ts';

/** Fills in token counts that the server did not send, off the path of running requests. */
export interface Recount {
  /** Passes the record on, at once if nothing is missing. */
  record(record: TurnRecord, said: (() => Said) | undefined): void;
  /** Resolves when every record was passed on. */
  settled(): Promise<void>;
  /** Passes on at once what is still to be counted, as it is. */
  giveUp(): void;
}

export interface RecountOptions {
  readonly tokenizer: string;
  /** Also what the server did count, of texts without a chat template. */
  readonly isCountingAll: boolean;
  pass(record: TurnRecord): void;
  warn(line: string): void;
}

export function recounting({ tokenizer, isCountingAll, pass, warn }: RecountOptions): Recount {
  let counter: TokenCounter | undefined;
  let hasFailed = false;
  const pending = new Map<TurnRecord, Promise<void>>();

  async function fill(record: TurnRecord, { messages, answer }: Said): Promise<void> {
    try {
      counter ??= startTokenCounter(tokenizer);
      const { input, output } = await counter.count(messages, answer, !isCountingAll);
      const sent = isCountingAll ? undefined : record;
      pass({
        ...record,
        inputTokens: sent?.inputTokens ?? input,
        outputTokens: sent?.outputTokens ?? output,
        tokensFrom: 'local',
      });
    } catch (error) {
      if (!hasFailed) warn(`tokens cannot be counted locally: ${errorText(error)}`);
      hasFailed = true;
      pass(record);
    }
  }

  return {
    record(record, said) {
      const isCounted = record.outputTokens !== undefined && !isCountingAll;
      if (record.status !== 'ok' || isCounted || hasFailed || !said) {
        pass(record);
        return;
      }
      const filling = fill(record, said());
      pending.set(record, filling);
      filling.finally(() => pending.delete(record));
    },
    async settled() {
      await Promise.all(pending.values());
      await counter?.close();
    },
    giveUp() {
      for (const record of pending.keys()) pass(record);
    },
  };
}
