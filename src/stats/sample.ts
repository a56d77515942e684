/** A point of two numbers. */
export type Point = readonly [x: number, y: number];

interface Drawn {
  readonly key: number;
  readonly point: Point;
}

/**
 * A sample of at most so many points, each as likely to be in it: those of the least keys. Which they are
 * depends on the points alone, not on the order they came in; at most twice as many are held.
 */
export class Sample {
  readonly #most: number;
  #drawn: Drawn[] = [];
  #keyMax = Infinity;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many it is a sample of. */
  get count(): number {
    return this.#count;
  }

  /** `key` must be evenly spread: see `keyOf`. */
  add(key: number, point: Point): void {
    this.#count++;
    if (key > this.#keyMax) return;
    this.#drawn.push({ key, point });
    if (this.#drawn.length >= 2 * this.#most) this.#cut();
  }

  /** In the order of x. */
  close(): Point[] {
    this.#cut();
    return this.#drawn.map(({ point }) => point).sort(byPoint);
  }

  #cut(): void {
    this.#drawn.sort((a, b) => a.key - b.key || byPoint(a.point, b.point));
    if (this.#drawn.length <= this.#most) return;
    this.#drawn = this.#drawn.slice(0, this.#most);
    this.#keyMax = this.#drawn.at(-1)!.key;
  }
}

/** 32 bits that look drawn at random, of a user and one of its turns. */
export function keyOf(userId: number, turn: number): number {
  return mixed(mixed(userId) + turn);
}

/** The finalizer of MurmurHash3, Austin Appleby, public domain: every bit of the input tips half of the output's. */
function mixed(value: number): number {
  let bits = (value + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function byPoint([ax, ay]: Point, [bx, by]: Point): number {
  return ax - bx || ay - by;
}
