import { extname } from 'node:path';
import { errorText, UsageError } from '../base/errors.ts';
import { writeWhole } from '../base/write-whole.ts';
import type { Panel } from './panel.ts';
import type { Page } from './svg.ts';

type Write = (path: string, svg: string) => Promise<void>;

const WRITERS: Record<string, Write> = {
  '.svg': async (path, svg) => write(path, svg),
  '.png': async (path, svg) => {
    const { pngOf } = await import('./png.ts');
    write(path, await pngOf(svg));
  },
};

/** Of what a picture can be, by the end of its file's name: to be called before there is anything to draw. */
export function checkPicture(path: string): void {
  if (writerOf(path) === undefined) {
    throw new UsageError(
      `${path}: found ${extname(path) ? `a name that ends in ${extname(path)}` : 'a name without an extension'}; expected one that ends in ${Object.keys(WRITERS).join(' or ')}`,
    );
  }
}

/** Draws the panels in a grid, as SVG or PNG by the file's name. @throws UsageError for other names. */
export async function writePicture(
  path: string,
  panels: readonly Panel[],
  page?: Page,
): Promise<void> {
  checkPicture(path);
  const { svgOf } = await import('./svg.ts');
  await writerOf(path)!(path, svgOf(panels, page));
}

function writerOf(path: string): Write | undefined {
  const extension = extname(path).toLowerCase();
  return Object.hasOwn(WRITERS, extension) ? WRITERS[extension] : undefined;
}

function write(path: string, picture: string | Buffer): void {
  try {
    writeWhole(path, [picture]);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${errorText(error)}`);
  }
}
