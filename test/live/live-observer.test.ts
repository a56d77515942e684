import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { liveObserver } from '../../src/live/live-observer.ts';
import { joinedObservers } from '../../src/play/observer.ts';
import type { Page } from '../../src/report/html/page.ts';
import type { Run } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';

const RUN = {
  ends: { requests: 10 },
  state: () => ({
    phase: 'measuring',
    activeUsers: 2,
    waitingUsers: 0,
    inFlight: 1,
    measureStartMs: 0,
  }),
} as unknown as Run;

function followed(isWatched: boolean) {
  const clock = new VirtualClock();
  const shown: Page[] = [];
  const scenario = parseScenario({
    name: 'mine',
    target: { url: 'http://localhost:8000/v1?key=hunter2', model: 'llama' },
  });
  const page = { isWatched, show: (one: Page) => void shown.push(one) };
  return { clock, shown, observer: liveObserver({ scenario, clock }, page, clock) };
}

test('a run that nobody watches shows nothing but what it is', () => {
  const { clock, shown, observer } = followed(false);
  observer.started!(RUN);
  clock.run(10_000);
  observer.ended!();
  expect(shown).toHaveLength(1);
  expect(shown[0]).toMatchObject({ title: 'Run mine' });
});

test('one that is watched shows a page a second, without secrets, until it is over', () => {
  const { clock, shown, observer } = followed(true);
  observer.scraped!('vllm:num_requests_running 9\n');
  observer.started!(RUN);
  observer.scraped!('vllm:num_requests_running{engine="0"} 3\nvllm:num_requests_waiting 2\n');
  clock.run(5500);
  observer.ended!();
  clock.run();
  expect(shown).toHaveLength(7);
  const text = JSON.stringify(shown.at(-1));
  expect(text).toContain('3 running');
  expect(text).toContain('2 waiting');
  expect(text).not.toContain('hunter2');
});

test('observers that are joined are told the same, in order; what none wants is left out', () => {
  const told: string[] = [];
  const joined = joinedObservers(
    { notice: (line) => told.push(`a ${line}`) },
    { notice: (line) => told.push(`b ${line}`), ended: () => told.push('over') },
  );
  joined.notice!('x');
  joined.ended!();
  expect(told).toEqual(['a x', 'b x', 'over']);
  expect(joined.interval).toBeUndefined();
});
