import type { Clock } from '../base/clock.ts';
import type { Journal } from '../record/journal.ts';
import type { RunFooter, TurnRecord } from '../record/record.ts';
import type { FromWorker } from './messages.ts';

/** So long a record may wait for others to go with: what a worker that is killed has lost at the most. */
const SEND_EVERY_MS = 50;
const RECORDS_MAX = 256;

/** A journal that is written by the process at the other end of the line. */
export interface LineJournal extends Journal {
  /** After it was closed in order. */
  readonly footer: RunFooter | undefined;
}

export function lineJournal(clock: Clock, send: (message: FromWorker) => void): LineJournal {
  let records: TurnRecord[] = [];
  let timer: unknown;
  let footer: RunFooter | undefined;
  const flush = (): void => {
    clock.clearTimeout(timer);
    timer = undefined;
    if (records.length) send({ type: 'records', records });
    records = [];
  };
  return {
    rescued: undefined,
    get footer() {
      return footer;
    },
    write(record) {
      records.push(record);
      if (records.length >= RECORDS_MAX) flush();
      else timer ??= clock.setTimeout(flush, SEND_EVERY_MS);
    },
    close(end) {
      footer ??= end;
      flush();
    },
  };
}
