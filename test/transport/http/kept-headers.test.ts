import { describe, expect, onTestFinished, test } from 'vitest';
import { API_KEY, exchange, transportTo } from '../http-rig.ts';
import type { Recorder } from '../recorder.ts';
import { head, serve, stream } from '../scripted-server.ts';

const NAMES = ['Target-Pod', 'request-id', 'x-absent'];

/** What the client hears of a response with these headers. */
async function heard(response: string, keepHeaders: string[] | undefined): Promise<Recorder> {
  const server = await serve((socket) => socket.write(response));
  onTestFinished(() => server.close());
  return exchange(transportTo(server.url, {}, { keepHeaders }));
}

function withHeaders(response: string, ...lines: string[]): string {
  return response.replace('\r\n\r\n', `\r\n${lines.join('\r\n')}\r\n\r\n`);
}

const json = JSON.stringify({
  choices: [{ message: { role: 'assistant', content: 'a' }, finish_reason: 'stop' }],
});
const POD = ['target-pod: 10.0.0.7:8000', 'Request-ID: r-1'];

const RESPONSES = {
  'a stream': stream('a'),
  'a whole answer':
    head('200 OK', {
      'content-type': 'application/json',
      'content-length': String(json.length),
    }) + json,
  'a refusal': `${head('503 Service Unavailable', { 'content-length': '2' })}no`,
};

describe('001-37: headers of a response that are kept', () => {
  test.each(Object.entries(RESPONSES))('of %s are told before all else', async (_, response) => {
    const { calls, types } = await heard(withHeaders(response, ...POD), NAMES);
    expect(types.slice(0, 2)).toEqual(['sent', 'headers']);
    expect(calls[1]).toEqual({
      type: 'headers',
      headers: { 'target-pod': '10.0.0.7:8000', 'request-id': 'r-1' },
    });
  });

  test('are not told where none of them came, or none was asked for', async () => {
    expect((await heard(stream('a'), NAMES)).types).not.toContain('headers');
    const unasked = await heard(withHeaders(stream('a'), ...POD), undefined);
    expect(unasked.types).not.toContain('headers');
  });

  test('are joined where they came twice, and hold no secret', async () => {
    const twice = withHeaders(stream('a'), 'target-pod: a', `target-pod: b ${API_KEY}`);
    const [, told] = (await heard(twice, NAMES)).calls;
    const { headers } = told as { headers: Record<string, string> };
    expect(headers['target-pod']).toMatch(/^a, b /);
    expect(headers['target-pod']).not.toContain(API_KEY);
  });
});
