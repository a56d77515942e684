import * as Plot from '@observablehq/plot';
import { axisOf, type Domain, type LaidAxis } from './axis.ts';
import { domainsOf } from './extent.ts';
import { lettersWidth, shortened } from './letters.ts';
import { marksOf } from './marks.ts';
import { across, behind } from './overlays.ts';
import { letters, TEXT } from './page-text.ts';
import type { Panel, PanelAxis } from './panel.ts';
import { type Plane, rulerOf } from './plane.ts';
import type { Palette, Style } from './style.ts';
import { type Element, SVG_DOCUMENT } from './svg-tree.ts';

export interface PlotBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels of a name that still says something. */
const NAME_MIN = 34;
const MARGIN = { top: 24, right: 8, bottom: 40 };

/** Axes and what is between them, as an element of SVG. */
export function plotSvg(
  panel: Panel,
  styles: readonly Style[],
  palette: Palette,
  box: PlotBox,
): string {
  const { width, height } = box;
  const domains = domainsOf(panel);
  if (!domains) return noData(panel, palette, box);
  const isTimeline = panel.kind === 'interval';
  const bottom = height - MARGIN.bottom;
  const y = wholeRows(
    panel,
    axisOf({
      axis: panel.y,
      domain: domains.y,
      isRounded: !isTimeline,
      length: bottom - MARGIN.top,
      distance: 36,
      room: () => TEXT.size + 6,
    }),
  );
  const widest = Math.max(0, ...y.ticks.map(({ label }) => lettersWidth(label, TEXT)));
  const left = Math.ceil(widest + 9);
  const { right, ...x } = along(panel, domains.x, { left, right: width - MARGIN.right, width });
  const plane: Plane = {
    x: rulerOf(x, [left, right]),
    y: rulerOf(y, isTimeline ? [MARGIN.top, bottom] : [bottom, MARGIN.top]),
  };
  const svg = Plot.plot({
    // As much of a document as drawing needs.
    document: SVG_DOCUMENT as never,
    width,
    height,
    x: { axis: null, type: x.type, domain: [...x.domain], range: [left, right] },
    y: { axis: null, type: y.type, domain: [...y.domain], range: [...plane.y.range] },
    marks: [
      Plot.gridY(valuesOf(y), { stroke: palette.grey, strokeOpacity: 0.22 }),
      ...behind(panel, plane, styles, palette),
      ...marksOf(panel, plane, styles, palette),
      ...across(panel, plane, palette),
      Plot.ruleY([isTimeline ? y.domain[1] : y.domain[0]], { stroke: palette.grey }),
      ...axes({ x, y }, palette),
    ],
    marginLeft: left,
    marginRight: width - right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
  }) as unknown as Element;
  return placed(svg, titles({ x, y }, palette, { ...box, left, right }), box);
}

/** The x axis, which ends where its last label has room. */
function along(
  panel: Panel,
  domain: Domain,
  { left, right, width }: { readonly left: number; readonly right: number; readonly width: number },
): LaidAxis & { readonly right: number } {
  const room = (label: string) => lettersWidth(label, TEXT) + 12;
  const laid = (end: number) =>
    axisOf({ ...named(panel.x, end - left), domain, length: end - left, room });
  const wide = laid(right);
  const { value, label } = wide.ticks.at(-1) ?? { value: domain[0], label: '' };
  const end = rulerOf(wide, [left, right]).at(value) + lettersWidth(label, TEXT) / 2;
  if (end <= width) return { ...wide, right };
  const narrow = Math.floor(right - (end - width));
  return { ...laid(narrow), right: narrow };
}

/** Names are all there, each with as much of it as there is room for, unless there are very many. */
function named(axis: PanelAxis, length: number) {
  if (!axis.names) return { axis };
  const pitch = length / axis.names.length;
  if (pitch < NAME_MIN) return { axis };
  const names = axis.names.map((name) => shortened(name, pitch - 14, TEXT));
  return { axis: { ...axis, names }, distance: pitch };
}

/** There is no half a row. */
function wholeRows({ kind }: Panel, y: LaidAxis): LaidAxis {
  if (kind !== 'interval') return y;
  return { ...y, ticks: y.ticks.filter(({ value }) => Number.isInteger(value)) };
}

function valuesOf({ ticks }: LaidAxis): number[] {
  return ticks.map(({ value }) => value);
}

/** Numbers on both axes. */
function axes(
  { x, y }: { readonly x: LaidAxis; readonly y: LaidAxis },
  { grey }: Palette,
): Plot.Markish[] {
  const look = { fill: grey, stroke: grey, fontSize: TEXT.size, label: null };
  const labels = ({ ticks }: LaidAxis) => {
    const byValue = new Map(ticks.map(({ value, label }) => [value, label]));
    return (value: number) => byValue.get(Number(value)) ?? '';
  };
  return [
    Plot.axisX(valuesOf(x), { ...look, text: labels(x) }),
    Plot.axisY(valuesOf(y), { ...look, tickSize: 0, text: labels(y) }),
  ];
}

function titles(
  { x, y }: { readonly x: LaidAxis; readonly y: LaidAxis },
  { grey }: Palette,
  { width, height, left, right }: Omit<PlotBox, 'top'> & { readonly right: number },
): string {
  return [
    letters(shortened(y.title, width, TEXT), 0, 11, TEXT, grey),
    letters(
      shortened(x.title, right - left, TEXT),
      (left + right) / 2,
      height - 8,
      TEXT,
      grey,
      'middle',
    ),
  ].join('');
}

function noData(panel: Panel, { grey }: Palette, { left, top, width, height }: PlotBox): string {
  const text = letters('no data', width / 2, height / 2, TEXT, grey, 'middle');
  const y = axisOf({ axis: panel.y, domain: [0, 1], length: height, room: () => TEXT.size });
  const title = letters(shortened(y.title, width, TEXT), 0, 11, TEXT, grey);
  return `<svg x="${left}" y="${top}" width="${width}" height="${height}">${title}${text}</svg>`;
}

/** As part of a page, whose font and colours it takes. */
function placed(svg: Element, titles: string, { left, top, width, height }: PlotBox): string {
  const inside = svg.childNodes.filter((node) => !('tagName' in node) || node.tagName !== 'style');
  return `<svg x="${left}" y="${top}" width="${width}" height="${height}">${titles}<g text-anchor="middle">${inside.join('')}</g></svg>`;
}
