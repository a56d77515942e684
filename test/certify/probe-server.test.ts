import { afterEach, expect, test } from 'vitest';
import { SystemClock } from '../../src/base/clock.ts';
import { type ProbeError, sendProbe } from '../../src/certify/probe.ts';
import { type ProbeServer, startProbeServer } from '../../src/certify/probe-server.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { httpTransport } from '../../src/transport/http/http.ts';

let server: ProbeServer | undefined;
afterEach(() => server?.close());

/** Through the sockets of this process: only what holds on any machine is expected. */
async function probe(target: object): Promise<ProbeError | undefined> {
  const scenario = parseScenario({ target });
  const { api, stream } = scenario.target;
  server = await startProbeServer({ api, isStreamed: stream });
  const transport = httpTransport({
    target: { ...scenario.target, url: server.url },
    sampling: scenario.sampling,
    model: 'probe',
    apiKey: undefined,
    clock: new SystemClock(),
  });
  const error = await new Promise<ProbeError | undefined>((resolve) => {
    sendProbe(transport, { firstMs: 1, gapMs: 1, chunks: 5 }, 0, resolve);
  });
  await transport.close();
  return error;
}

test.each([{ api: 'chat' }, { api: 'completions' }])('%o is answered in chunks', async (target) => {
  const error = await probe(target);
  expect(error!.gapsMs).toHaveLength(4);
  expect(error!.ttftMs).toBeGreaterThan(-1);
});

test.each([{ api: 'chat' }, { api: 'completions' }])('%o is answered whole', async (target) => {
  const error = await probe({ ...target, stream: false });
  expect(error).toMatchObject({ gapsMs: [] });
  expect(error!.ttftMs).toBeGreaterThan(-1);
});
