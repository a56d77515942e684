import { SystemClock, VirtualClock } from '../../src/base/clock.ts';
import { Engine } from '../../src/engine/engine.ts';
import { startServer } from '../../src/engine/http/server.ts';
import { PromptBuilder } from '../../src/engine/prompt/prompt-builder.ts';
import { samplingSchema } from '../../src/scenario/target.ts';
import { localTransport } from '../../src/transport/local.ts';
import { fleetOf, optionsOf, words, wordTokenizer } from '../support/engine-rig.ts';
import { type Behaviour, transportConformance } from './conformance.ts';
import { settle, transportTo, until } from './http-rig.ts';

const faults: Readonly<Record<Behaviour, string[]>> = {
  answer: [],
  refuse: ['status=429'],
  breakOff: ['reset-mid=1'],
  stall: ['stall'],
};

const optionsFor = (behaviour: Behaviour) =>
  optionsOf({ model: 'm', gpu: 'h100', faults: faults[behaviour] });

transportConformance('the engine in the same process', async (behaviour) => {
  const clock = new VirtualClock();
  const transport = localTransport(new Engine(clock, optionsFor(behaviour), words), {
    ...{ prompts: new PromptBuilder(wordTokenizer()), api: 'chat' },
    sampling: samplingSchema.parse({}),
  });
  return {
    transport,
    until: async (holds) => {
      for (let ms = clock.now(); !holds(); ms++) {
        if (ms > 60_000) throw new Error('it did not come about within a minute');
        clock.run(ms);
      }
    },
    settle: async () => clock.run(clock.now() + 1000),
    close: () => transport.close(),
  };
});

transportConformance('the engine over HTTP', async (behaviour) => {
  const engines = fleetOf(new SystemClock(), optionsFor(behaviour));
  const server = await startServer(engines, { prompts: new PromptBuilder(wordTokenizer()) });
  const transport = transportTo(`${server.url}/v1`);
  return { transport, until, settle, close: () => server.close() };
});
