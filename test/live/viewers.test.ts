import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { eventText, Viewers } from '../../src/live/viewers.ts';

class Response extends EventEmitter {
  writableNeedDrain = false;
  isDestroyed = false;
  readonly written: string[] = [];

  write(text: string): void {
    this.written.push(text);
  }

  end(text: string, done: () => void): void {
    this.written.push(text);
    done();
  }

  destroy(): void {
    this.isDestroyed = true;
    this.emit('close');
  }
}

function watching(...responses: Response[]) {
  const counts: number[] = [];
  const viewers = new Viewers((count) => counts.push(count));
  for (const response of responses) viewers.add(response as unknown as ServerResponse);
  return { viewers, counts };
}

const whole = () => 'whole';
const parts = 'parts';

test('who comes is told all, and then what has changed', () => {
  const response = new Response();
  const { viewers } = watching(response);
  viewers.tell(whole, parts);
  viewers.tell(whole, parts);
  viewers.tell(whole);
  expect(response.written).toEqual(['whole', 'parts', 'whole']);
});

test('a text is made once for all, and not at all for nobody', () => {
  let made = 0;
  const make = () => `made ${++made}`;
  const { viewers } = watching(new Response(), new Response());
  viewers.tell(make);
  watching().viewers.tell(make);
  expect(made).toBe(1);
});

test('what a slow viewer does not take is not kept for it; a stuck one is let go', () => {
  const [quick, slow] = [new Response(), new Response()];
  const { viewers, counts } = watching(quick, slow);
  viewers.tell(whole, parts);
  slow.writableNeedDrain = true;
  viewers.tell(whole);
  slow.writableNeedDrain = false;
  viewers.tell(whole, parts);
  expect(slow.written).toEqual(['whole', 'whole']);
  expect(quick.written).toEqual(['whole', 'whole', 'parts']);
  slow.writableNeedDrain = true;
  viewers.tell(whole, parts);
  slow.writableNeedDrain = false;
  viewers.tell(whole, parts);
  // What it has missed others build on.
  expect(slow.written.slice(2)).toEqual(['whole']);
  slow.writableNeedDrain = true;
  for (let update = 0; update < 30; update++) viewers.tell(whole, parts);
  expect(slow.isDestroyed).toBe(true);
  expect(counts).toEqual([1, 2, 1]);
});

test('all have the last text before it is over, or are gone', async () => {
  const [one, gone] = [new Response(), new Response()];
  gone.end = () => gone.destroy();
  const { viewers } = watching(one, gone);
  await viewers.end('last');
  expect(one.written).toEqual(['last']);
});

test('an event is one line of data, whatever it says', () => {
  expect(eventText('main', 'a\nb')).toBe('event: main\ndata: "a\\nb"\n\n');
});
