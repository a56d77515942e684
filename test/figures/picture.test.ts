import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import type { Panel } from '../../src/figures/panel.ts';
import { checkPicture, writePicture } from '../../src/figures/picture.ts';

const PANEL: Panel = {
  title: 'A title',
  kind: 'line',
  x: { label: 'x' },
  y: { label: 'y' },
  series: [
    {
      name: '',
      points: [
        [0, 0],
        [1, 1],
      ],
    },
  ],
};

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-picture-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

test('a picture is SVG or PNG by the end of its name', async () => {
  const svg = join(dir, 'a.svg');
  await writePicture(svg, [PANEL]);
  expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [^>]*width="640" height="360"[\s\S]*<\/svg>\n$/);
  const png = join(dir, 'a.PNG');
  await writePicture(png, [PANEL]);
  const bytes = readFileSync(png);
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1280, 720]);
});

test('the letters of a PNG are drawn: no machine is without the font', async () => {
  const at = async (title: string) => {
    const path = join(dir, 'letters.png');
    await writePicture(path, [{ ...PANEL, title }]);
    return readFileSync(path).length;
  };
  expect(await at('A title of many letters')).toBeGreaterThan((await at('')) + 300);
});

test('other names are refused, naming what is accepted', async () => {
  expect(() => checkPicture('a.pdf')).toThrow(
    new UsageError('a.pdf: found a name that ends in .pdf; expected one that ends in .svg or .png'),
  );
  await expect(writePicture('a', [PANEL])).rejects.toThrow('a name without an extension');
  await expect(writePicture(join(dir, 'none', 'a.svg'), [PANEL])).rejects.toThrow(UsageError);
});
