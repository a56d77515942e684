import { counted } from '../base/counted.ts';
import type { ErrorSpread } from '../record/record.ts';
import { amount, measure } from '../report/number.ts';
import { judgeOf } from '../report/own-error.ts';
import type { Section, Table, TableRow } from '../report/section.ts';
import type { Certificate, ScenarioCertificate } from './certificate.ts';
import { isWithin, judged } from './certificate.ts';
import type { LoadErrors } from './grid.ts';

/** What was found: whether the scenario lies within, how much this machine can be trusted with, and the table. */
export function certificateSections(certificate: Certificate): Section[] {
  const { loads, within, limitMs, scenario } = certificate;
  return [
    ...(scenario ? [scenarioSection(scenario, limitMs)] : []),
    {
      title: `Own error of this client in ms; the limit is ${amount(limitMs)} ms of the TTFT`,
      fields: within.map(({ chunkRate, streams }) => ({
        label: `${amount(chunkRate)} chunks/s`,
        lines: [withinText(streams, loads, chunkRate)],
      })),
      table: tableOf(loads, limitMs),
      notes: [
        'Measured less true, of requests to a server in this process whose times are known. TTFT: from sent to the first chunk. Gap: between two chunks, without its sign. Late: from due to sent.',
        'chunks/s: of each stream as asked for, and of all as they came. busy: the event loop. ~: too few probes for that percentile.',
      ],
    },
  ];
}

function scenarioSection(
  { name, load, isWithin: is }: ScenarioCertificate,
  limitMs: number,
): Section {
  const { streams, chunkRate, errors } = load;
  const found = errors
    ? `an error of the TTFT of ${measure(judged(errors))} ms at ${judgeOf(errors)} (limit ${amount(limitMs)} ms)`
    : 'no probe had an answer';
  const head = is ? 'lies within what this client can measure' : 'IS TOO MUCH for this client';
  return {
    ...(!is && { isWarning: true as const }),
    title: `${is ? '' : 'WARNING: '}Scenario ${name} ${head}.`,
    lines: [
      `It has about ${streams} requests in flight; so many streams of ${amount(chunkRate)} chunks/s have ${found}.`,
      ...(is ? [] : ['Take more processes or machines (--partition), or a lower rate.']),
    ],
  };
}

function withinText(
  streams: number | undefined,
  loads: readonly LoadErrors[],
  chunkRate: number,
): string {
  const tried = loads.filter((load) => load.chunkRate === chunkRate).map((load) => load.streams);
  const most = Math.max(...tried);
  if (streams === undefined) return `not even ${counted(Math.min(...tried), 'stream')}`;
  return streams === most
    ? `all that was tried, up to ${counted(most, 'stream')}`
    : `up to ${counted(streams, 'stream')} of the ${most} that were tried`;
}

function tableOf(loads: readonly LoadErrors[], limitMs: number): Table {
  return {
    columns: [
      { title: 'streams', format: 'count' },
      { title: 'chunks/s', format: 'amount' },
      { title: 'chunks/s in all', format: 'measure', detail: 3 },
      { title: 'probes', format: 'count', detail: 4 },
      { title: 'TTFT p50' },
      { title: 'TTFT p99' },
      { title: 'TTFT max', detail: 2 },
      { title: 'gap p50' },
      { title: 'gap p99' },
      { title: 'gap max', detail: 5 },
      { title: 'late p50', detail: 6 },
      { title: 'late p99' },
      { title: 'late max', detail: 7 },
      { title: 'busy', format: 'percent', detail: 1 },
      { title: '' },
    ],
    rows: loads.map((load) => rowOf(load, limitMs)),
  };
}

function rowOf(load: LoadErrors, limitMs: number): TableRow {
  const { streams, chunkRate, chunksPerSec, errors, busy } = load;
  const isFew = errors !== undefined && judgeOf(errors) !== 'p99';
  return {
    cells: [
      streams,
      chunkRate,
      chunksPerSec,
      errors?.probes,
      ...cellsOf(errors?.ttftMs),
      ...cellsOf(errors?.gapMs),
      ...cellsOf(errors?.sendLatenessMs),
      busy,
      isWithin(load, limitMs) ? '' : 'beyond',
    ],
    ...(isFew && { tooFew: P99_CELLS }),
  };
}

/** Of TTFT and lateness: there is a gap for every chunk. */
const P99_CELLS = [5, 11];

function cellsOf(spread: ErrorSpread | undefined): (number | undefined)[] {
  return [spread?.p50, spread?.p99, spread?.max];
}
