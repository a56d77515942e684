import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { SystemClock } from '../../src/base/clock.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { type HttpOptions, httpTransport } from '../../src/transport/http/http.ts';
import type { ChatRequest, Transport } from '../../src/transport/transport.ts';
import { Message } from '../../src/workload/message.ts';
import { Recorder } from './recorder.ts';
import { type Play, type ScriptedServer, serve } from './scripted-server.ts';

export const request: ChatRequest = {
  userId: 7,
  sessionId: '7',
  turn: 0,
  messages: [new Message('user', 'hi')],
  maxTokens: undefined,
  minTokens: undefined,
  cacheSalt: undefined,
};

export const API_KEY = 'sk-very-secret';

/** A transport to this URL, closed when the test is over. */
export function transportTo(
  url: string,
  target: ScenarioInput['target'] = {},
  { keepHeaders, ...route }: HttpOptions['route'] & Pick<HttpOptions, 'keepHeaders'> = {},
): Transport {
  const scenario = parseScenario({ target: { url, ...target } });
  const transport = httpTransport({
    target: scenario.target,
    sampling: scenario.sampling,
    model: 'm',
    apiKey: API_KEY,
    clock: new SystemClock(),
    keepHeaders,
    route,
  });
  onTestFinished(() => transport.close());
  return transport;
}

/** A scripted server and a transport to it. */
export async function rig(
  play: Play,
  target: ScenarioInput['target'] = {},
): Promise<{ server: ScriptedServer; transport: Transport }> {
  const server = await serve(play);
  onTestFinished(() => server.close());
  return { server, transport: transportTo(server.url, target) };
}

/** Sends a request and waits for its end. */
export async function exchange(transport: Transport, asked = request): Promise<Recorder> {
  const recorder = new Recorder();
  transport.send(asked, recorder);
  await recorder.over;
  return recorder;
}

/** Waits for something that sockets will bring about. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(2);
}

/** Long enough for loopback sockets to bring whatever they still will. */
export function settle(): Promise<void> {
  return sleep(50);
}
