import { gaugesOf } from '../server/page.ts';
import { type CounterName, type GaugeName, namesOf } from '../server/quantities.ts';
import { Reading } from '../server/reading.ts';
import { allOf, counterOf } from '../server/told-by.ts';
import type { Wire } from './wire.ts';

export type Counters = { readonly [Name in CounterName]?: number };

/** The server's page of metrics; undefined: it has none that is known. */
export async function metricsPage(wire: Wire): Promise<string | undefined> {
  const reply = await wire.get('metrics').catch(() => undefined);
  return reply?.status === 200 ? reply.text : undefined;
}

/** By how much each counter that is told rose from one page to another. */
export function risen(before: string, after: string): Counters {
  const reading = new Reading();
  const place = { server: '', window: '' };
  reading.add({ text: before, isFirst: true, isLast: false }, place);
  reading.add({ text: after, isFirst: false, isLast: true }, place);
  return allOf(namesOf('counter'), (name) => counterOf(reading, name)?.total);
}

/** These gauges by a page; absent: it does not say, or there is no page. */
export function gauges<G extends GaugeName>(
  page: string | undefined,
  names: readonly G[],
): Readonly<Partial<Record<G, number>>> {
  return gaugesOf(page ?? '', names);
}

/** Requests that run and wait; undefined: it does not say. */
export function requestsIn(page: string | undefined): number | undefined {
  const { running, waiting } = gauges<'running' | 'waiting'>(page, ['running', 'waiting']);
  return running === undefined ? undefined : running + (waiting ?? 0);
}
