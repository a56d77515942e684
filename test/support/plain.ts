import { join } from 'node:path';

/** Profile of the plain cost model: as fast as an H100, one step after the other, and nothing beside its kernels. */
export const PLAIN = join(import.meta.dirname, 'plain.json');
