import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorText, UsageError } from '../base/errors.ts';
import { trueTypeOf } from './font.ts';

const FONT = '@fontsource/lato';
const STYLES = ['400', '700'];

/** Pixels of the picture for one of the SVG: letters stay sharp where it is enlarged. */
const ZOOM = 2;

/** What the font has: letters of western languages, and the signs between them. */
const WESTERN = /^[\n -~\u00a0-\u00ff\u2010-\u2026\u2212]*$/;

/**
 * The picture as PNG, in a font that comes along, so that it is the same on every machine. Only where it has
 * letters that are not in this font those of the machine are asked.
 *
 * @throws UsageError if the optional package for it is not there.
 */
export async function pngOf(svg: string): Promise<Buffer> {
  const { Resvg } = await loaded('@resvg/resvg-js', () => import('@resvg/resvg-js'));
  const fonts = await loaded(FONT, async () => STYLES.map(fontOf));
  // It takes fonts as files only.
  const folder = mkdtempSync(join(tmpdir(), 'confab-font-'));
  try {
    const fontFiles = fonts.map((font, index) => {
      const file = join(folder, `${STYLES[index]}.ttf`);
      writeFileSync(file, font);
      return file;
    });
    const font = { fontFiles, loadSystemFonts: !WESTERN.test(svg), defaultFontFamily: 'Lato' };
    return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: ZOOM } }).render().asPng();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fontOf(style: string): Buffer {
  const require = createRequire(import.meta.url);
  return trueTypeOf(readFileSync(require.resolve(`${FONT}/files/lato-latin-${style}-normal.woff`)));
}

async function loaded<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const reason = errorText(error).split('\n')[0];
    throw new UsageError(
      `a PNG needs the optional package ${name}, which does not load here: ${reason}; expected it to be installed, or a file that ends in .svg`,
    );
  }
}
