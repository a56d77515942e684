import { expect, test } from 'vitest';
import { version } from '../../src/base/version.ts';
import { certificateOf, serverName } from '../../src/conform/certificate.ts';
import { conform } from '../../src/conform/conform.ts';
import { certificateSections } from '../../src/conform/text.ts';
import { engineWire } from '../support/engine-wire.ts';

test('the engine of this program is not taken for a vLLM of its version', async () => {
  const options = { said: {}, seed: 'named', fillTokensMax: 1e5, only: ['fresh'] };
  const certificate = certificateOf(await conform(engineWire(), options), {
    seed: 'named',
    epochMs: 0,
  });
  expect(certificate.server).toMatchObject({ engine: 'confab engine', answersAs: 'vLLM 0.32' });
  expect(certificateSections(certificate)[0]!.title).toContain(
    `Conformance of confab engine ${version()} (as vLLM 0.32): 2 passed`,
  );
});

test('a server is called by what it says', () => {
  const said = {
    ...{ model: 'm', blockTokens: 16, blockTokensFrom: 'flag' as const, blocks: 9 },
    maxModelTokens: 99,
  };
  expect(serverName({ ...said, engine: 'vLLM', version: '0.32.0' })).toBe('vLLM 0.32.0');
  expect(serverName({ ...said, engine: undefined, version: undefined })).toBe(
    'a server that does not say what it is',
  );
});
