/** How a series is told from others. */
export interface Style {
  readonly colour: string;
  readonly dash?: string;
}

/** Colours of a picture: of a page that has both, they are variables of its style sheet. */
export interface Palette {
  readonly series: readonly string[];
  readonly ink: string;
  readonly grey: string;
  readonly paper: string;
}

/**
 * After Okabe and Ito, told apart by those, too, who see fewer colours; the lighter ones darker, so that each has a
 * contrast of 3 and more to white.
 */
export const LIGHT: Palette = {
  series: ['#0072b2', '#d55e00', '#008a64', '#b5588b', '#a87400', '#2a8fc9', '#444444'],
  ink: '#222222',
  grey: '#5c5c5c',
  paper: '#ffffff',
};

/** The same on a dark ground. */
export const DARK: Palette = {
  series: ['#56b4e9', '#ff8a3d', '#2fc49a', '#e59ac4', '#f0b93a', '#9ad4f5', '#d0d0d0'],
  ink: '#ececec',
  grey: '#a8a8a8',
  paper: '#16181d',
};

/** Where colours begin again, lines are dashed. */
const DASHES = [undefined, '6 3', '2 3'];
const EXPECTED = '5 4';

/** How the nth series is drawn. */
export function styleOf({ series }: Palette, index: number, isDashed = false): Style {
  const again = DASHES[Math.floor(index / series.length) % DASHES.length];
  const dash = again ?? (isDashed ? EXPECTED : undefined);
  return { colour: series[index % series.length]!, ...(dash && { dash }) };
}
