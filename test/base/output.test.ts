import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { guarded } from '../../src/base/output.ts';

function stream(write: (done: (error?: Error) => void) => void): NodeJS.WriteStream {
  return new Writable({
    write: (_chunk, _encoding, done) => write(done),
  }) as unknown as NodeJS.WriteStream;
}

test('what was written is waited for, however slow its reader', async () => {
  const waiting: (() => void)[] = [];
  const slow = stream((done) => waiting.push(done));
  const output = guarded(slow);
  slow.write('a');
  slow.write('b');
  let isDrained = false;
  const drained = output.drained().then(() => {
    isDrained = true;
  });
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(isDrained).toBe(false);
  const reading = setInterval(() => waiting.shift()?.(), 0);
  await drained;
  clearInterval(reading);
  expect(output.failure).toBeUndefined();
});

test('nothing to wait for', async () => {
  await guarded(stream((done) => done())).drained();
});

test.each<[string, (done: (error?: Error) => void) => void]>([
  ['as an event', (done) => done(new Error('gone'))],
  [
    'by throwing',
    () => {
      throw new Error('gone');
    },
  ],
])('an error that comes %s is kept, and throws at nobody', async (_how, write) => {
  const broken = stream(write);
  const output = guarded(broken);
  broken.write('a');
  broken.write('b');
  await output.drained();
  expect(output.failure?.message).toBe('gone');
});
