import type { Panel } from './panel.ts';
import { FONT_FAMILY, panelSvg } from './panel-svg.ts';
import { LIGHT } from './style.ts';

export interface Page {
  /** Pixels; absent: 640 a panel. */
  readonly width?: number;
  /** Pixels; absent: 360 a row of panels. */
  readonly height?: number;
  /** Panels side by side; absent: one panel by itself, more in twos. */
  readonly columns?: number;
}

const PANEL_WIDTH = 640;
const PANEL_HEIGHT = 360;

/**
 * A picture of panels in a grid, as SVG 1.1. The same data makes the same bytes. A picture of millions of points is
 * some 100 kB, as points that cannot be told apart are drawn as one.
 */
export function svgOf(panels: readonly Panel[], page: Page = {}): string {
  const columns = Math.min(page.columns ?? 2, Math.max(1, panels.length));
  const rows = Math.max(1, Math.ceil(panels.length / columns));
  const width = page.width ?? columns * PANEL_WIDTH;
  const height = page.height ?? rows * PANEL_HEIGHT;
  const box = (index: number) => ({
    left: Math.floor(((index % columns) * width) / columns),
    top: Math.floor((Math.floor(index / columns) * height) / rows),
    width: Math.floor(width / columns),
    height: Math.floor(height / rows),
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT_FAMILY}">`,
    `<rect width="${width}" height="${height}" fill="${LIGHT.paper}"/>`,
    ...panels.map((panel, index) => panelSvg(panel, box(index), LIGHT)),
    '</svg>\n',
  ].join('\n');
}
