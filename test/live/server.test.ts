import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { type LiveServer, startLiveServer } from '../../src/live/server.ts';
import type { Page } from '../../src/report/html/page.ts';

let server: LiveServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

function page(text: string, figures: object[] = []): Page {
  const chapters = [{ id: 'report', title: 'Progress', sections: [{ lines: [text] }], figures }];
  return { title: `Run ${text}`, chapters: chapters as unknown as Page['chapters'] };
}

const figure = (last: number) => ({
  ...{ name: 'rates', title: 'Rates', kind: 'line' },
  ...{ x: { label: 'time', unit: 's' }, y: { label: 'rate', unit: '/s' } },
  series: [
    {
      name: 'sent',
      points: [
        [0, 1],
        [1, last],
      ],
    },
  ],
});

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

function asked(path: string, { method = 'GET', host }: { method?: string; host?: string } = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    request(new URL(path, server!.url), { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (data) => (text += data));
      response.on('end', () =>
        resolve({ status: response.statusCode!, type: response.headers['content-type'], text }),
      );
    })
      .on('error', reject)
      .end();
  });
}

/** Reads events as they come; each is awaited by its name. */
function watch(): { next(name: string): Promise<string>; close(): void } {
  let text = '';
  let wake = (): void => {};
  const asking = request(new URL('events', server!.url), { agent: false }, (response) => {
    response.setEncoding('utf8');
    response.on('data', (data) => {
      text += data;
      wake();
    });
  }).end();
  asking.on('error', () => {});
  return {
    async next(name) {
      for (;;) {
        const [event, data] = new RegExp(`event: ${name}\ndata: (.*)\n\n`).exec(text) ?? [];
        if (event !== undefined) {
          text = text.replace(event, '');
          return data!;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    close: () => asking.destroy(),
  };
}

test('the page is served by loopback’s names on any port, and to nobody else', async () => {
  server = await startLiveServer(0);
  server.show(page('one'));
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const got = await asked('/');
  expect(got).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
  expect(got.text).toContain('<h1>Run one</h1>');
  expect(got.text).toContain('EventSource');
  for (const host of ['localhost:9000', '127.0.0.1', '[::1]:80']) {
    expect(await asked('/', { host })).toMatchObject({ status: 200 });
  }
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80']) {
    expect(await asked('/', { host })).toMatchObject({ status: 403 });
  }
  expect(await asked('/', { method: 'POST' })).toMatchObject({ status: 405 });
  expect(await asked('/../../etc/passwd')).toMatchObject({ status: 404 });
});

test('a page needs nothing from elsewhere', async () => {
  server = await startLiveServer(0);
  server.show(page('one', [figure(2)]));
  const { text } = await asked('/');
  expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect(text).toContain("connect-src 'self'");
});

test('who watches is told of changes, and at the end has the report', async () => {
  const counts: number[] = [];
  let come = (): void => {};
  server = await startLiveServer(0, (count) => {
    counts.push(count);
    come();
  });
  const hasCome = new Promise<void>((resolve) => (come = resolve));
  const viewer = watch();
  await hasCome;
  server.show(page('one', [figure(2)]));
  expect(JSON.parse(await viewer.next('main'))).toContain('one');
  server.show(page('two', [figure(3)]));
  const parts = JSON.parse(await viewer.next('parts'));
  expect(parts.sections.report).toContain('two');
  expect(parts.figures.rates).toContain('id="figure-rates"');
  server.show(page('two', [figure(3)]));
  expect(JSON.parse(await viewer.next('parts'))).toEqual({ sections: {}, figures: {} });
  server.show(page('three'));
  expect(JSON.parse(await viewer.next('main'))).not.toContain('figure-rates');
  let made = 0;
  const finished = server.finish(async () => page(`four, made ${++made}`));
  await viewer.next('over');
  const report = (await asked('/report')).text;
  await finished;
  expect(report).toMatch(/^<!doctype html>/);
  expect(report).toContain('four, made 1');
  expect(report).not.toContain('EventSource');
  expect((await asked('/')).text).toBe(report);
  expect(await asked('/events')).toMatchObject({ status: 204 });
  expect(counts[0]).toBe(1);
  viewer.close();
});

test('the last page is made for nobody who does not ask for it', async () => {
  let come = (): void => {};
  const hasCome = new Promise<void>((resolve) => (come = resolve));
  server = await startLiveServer(0, come);
  const unasked = async () => expect.unreachable();
  await server.finish(unasked);
  server.show(page('one'));
  const viewer = watch();
  await hasCome;
  await server.finish(unasked, 0);
  await viewer.next('over');
  viewer.close();
});

test('a port that is taken is an error that says what to do', async () => {
  server = await startLiveServer(0);
  const { port } = new URL(server.url);
  const taken = startLiveServer(Number(port));
  await expect(taken).rejects.toThrow(UsageError);
  await expect(taken).rejects.toThrow(
    `--live: cannot listen on 127.0.0.1:${port}: it is in use; expected another, or --live without one`,
  );
});
