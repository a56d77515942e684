import { checkPicture, writePicture } from '../../figures/picture.ts';
import { checkWritable } from '../../play/writable.ts';
import type { Figure } from '../../report/figures/figure.ts';
import { say } from '../terminal/stderr.ts';

/**
 * Checks at once where pictures go, all in one file, and draws them later.
 * @throws UsageError for a name that no picture has, or if nothing can be written there
 */
export function pictureWriter(file: string): (figures: readonly Figure[]) => Promise<void> {
  checkPicture(file);
  checkWritable('--figure', file);
  return async (figures) => {
    await writePicture(file, figures);
    say(`wrote ${file}`);
  };
}
