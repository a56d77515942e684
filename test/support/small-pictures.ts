import { createRequire } from 'node:module';

type Drawing = new (svg: string, options: object) => object;

const SMALL = { fitTo: { mode: 'zoom', value: 0.2 } };
let isSmall = false;

/**
 * Commands of this process draw PNGs a tenth as wide and high, in a tenth of the 200 ms that each takes. What is on a
 * picture tests see of its SVG; test/figures/picture.test.ts looks at a PNG as it is.
 */
export function drawSmall(): void {
  if (isSmall) return;
  isSmall = true;
  const resvg = loaded();
  if (!resvg) return;
  const { Resvg } = resvg;
  resvg.Resvg = class extends Resvg {
    constructor(svg: string, options: object) {
      super(svg, { ...options, ...SMALL });
    }
  };
}

/** The module as `import` finds it afterwards; undefined where the optional package is not there. */
function loaded(): { Resvg: Drawing } | undefined {
  try {
    return createRequire(import.meta.url)('@resvg/resvg-js');
  } catch {
    return undefined;
  }
}
