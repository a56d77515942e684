import type { ServerResponse } from 'node:http';

/** So many updates in a row may find a viewer that has not read the one before: then it is let go. */
const STUCK_MAX = 20;

interface Viewer {
  readonly response: ServerResponse;
  stuck: number;
  /** It has missed an update that others build on. */
  needsWhole: boolean;
}

/** Those who watch. What a slow one does not take is not kept for it. */
export class Viewers {
  readonly #all = new Set<Viewer>();
  readonly #onCount: (count: number) => void;

  constructor(onCount: (count: number) => void) {
    this.#onCount = onCount;
  }

  get count(): number {
    return this.#all.size;
  }

  add(response: ServerResponse): void {
    const viewer: Viewer = { response, stuck: 0, needsWhole: true };
    this.#all.add(viewer);
    response.on('close', () => {
      if (this.#all.delete(viewer)) this.#onCount(this.#all.size);
    });
    this.#onCount(this.#all.size);
  }

  /** Tells what has changed; `whole` those who cannot make use of that, or all if nothing else is given. */
  tell(whole: () => string, parts?: string): void {
    let all: string | undefined;
    for (const viewer of this.#all) {
      if (parts === undefined) viewer.needsWhole = true;
      if (viewer.response.writableNeedDrain) {
        viewer.needsWhole = true;
        if (++viewer.stuck > STUCK_MAX) viewer.response.destroy();
        continue;
      }
      viewer.stuck = 0;
      viewer.response.write(viewer.needsWhole || parts === undefined ? (all ??= whole()) : parts);
      viewer.needsWhole = false;
    }
  }

  /** The last that they are told; resolves when each has taken it, or is gone. */
  async end(text: string): Promise<void> {
    await Promise.all(
      [...this.#all].map(
        ({ response }) =>
          new Promise<void>((resolve) => {
            response.once('close', resolve);
            response.end(text, () => resolve());
          }),
      ),
    );
  }
}

/** A server-sent event: its data is JSON, and so one line. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
