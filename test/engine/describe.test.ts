import { expect, test } from 'vitest';
import { engineTraits } from '../../src/engine/describe.ts';
import { engineSchema } from '../../src/scenario/engine.ts';

test.each([
  [{}, []],
  [{ blocks: 900, policy: 'priority' }, ['900 blocks', 'priority']],
  [{ kvGB: 8, prefixCaching: false }, ['8 GB of KV', 'no prefix caching']],
  [
    { offload: { preset: 'lmcache', cpu: { capacityGB: 8 }, disk: { blocks: 9000 } } },
    ['offloading as lmcache', 'KV below the GPU: cpu 8 GB + disk 9000 blocks'],
  ],
  [{ offload: { preset: 'hicache', inclusive: false } }, ['offloading as hicache, exclusive']],
  [{ offload: { preset: 'none', cpu: { blocks: 9 } } }, []],
  [
    {
      replicas: { count: 3, routing: 'session' },
      defects: { retokenised: 0.1, templateDrift: 'clock', expirySec: 300 },
    },
    [
      '3 replicas, session routing',
      'DEFECTS: retokenised 0.1, templateDrift clock, expiry after 300 s',
    ],
  ],
])('%j is told as %j', (options, traits) => {
  expect(engineTraits(engineSchema.parse(options))).toEqual(traits);
});
