import { DARK, LIGHT, type Palette } from '../../figures/style.ts';

/** Colours of pictures in a page, which follow its light and its dark form. */
export const PALETTE: Palette = {
  series: LIGHT.series.map((_, index) => `var(--series-${index})`),
  ink: 'var(--ink)',
  grey: 'var(--grey)',
  paper: 'var(--paper)',
};

/** What a picture needs that leaves the page: its variables, as the light form has them. */
export const LIGHT_VARIABLES: Readonly<Record<string, string>> = variablesOf(LIGHT);

function variablesOf({ series, ink, grey, paper }: Palette): Record<string, string> {
  return {
    ...Object.fromEntries(series.map((colour, index) => [`--series-${index}`, colour])),
    '--ink': ink,
    '--grey': grey,
    '--paper': paper,
  };
}

function declared(palette: Palette): string {
  return Object.entries(variablesOf(palette))
    .map(([name, colour]) => `${name}: ${colour};`)
    .join(' ');
}

export const STYLE = `
:root { color-scheme: light dark; ${declared(LIGHT)} --line: #d9d9de; --soft: #f5f5f8; --alarm: #fff3d6; --alarm-line: #b26a00; --link: #005a9c; }
@media (prefers-color-scheme: dark) {
  :root { ${declared(DARK)} --line: #3a3d45; --soft: #20232a; --alarm: #3a2c0c; --alarm-line: #e0a030; --link: #8cc8ff; }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 15px/1.5 Lato, system-ui, Helvetica, Arial, sans-serif; }
body { margin: 0 auto; max-width: 1440px; padding: 0 20px 60px; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 24px 0 4px; }
h2 { font-size: 1.25rem; margin: 40px 0 12px; padding-top: 12px; border-top: 2px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 6px; }
a { color: var(--link); }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--paper); padding: 4px 8px; }
.subtitle, .note, footer { color: var(--grey); }
.note { font-size: 0.87rem; margin: 6px 0; max-width: 76ch; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 16px; list-style: none; margin: 12px 0; padding: 0; }
.piece, .warning { margin: 0 0 24px; }
.piece p, .warning p { margin: 4px 0; max-width: 90ch; }
.warning { background: var(--alarm); border-left: 4px solid var(--alarm-line); padding: 10px 14px; }
dl { margin: 6px 0; }
dl > div { display: grid; grid-template-columns: minmax(110px, 180px) 1fr; gap: 0 16px; padding: 2px 0; }
dt { color: var(--grey); }
dd { margin: 0; }
.scroll { overflow-x: auto; max-width: 100%; background: linear-gradient(to left, var(--paper) 40%, transparent) right / 32px 100% no-repeat local, linear-gradient(to left, var(--line), transparent) right / 14px 100% no-repeat scroll; }
.scroll th:first-child { position: sticky; left: 0; background: var(--paper); }
.scroll:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; font-size: 0.87rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: 3px 12px 3px 0; text-align: right; white-space: nowrap; vertical-align: bottom; }
th:first-child { text-align: left; }
thead th { color: var(--grey); font-weight: 600; border-bottom: 1px solid var(--line); }
tbody th { font-weight: 400; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
.level-1 { padding-left: 1.2em; } .level-2 { padding-left: 2.4em; } .level-3 { padding-left: 3.6em; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 560px), 1fr)); gap: 20px; align-items: start; }
figure { margin: 0; padding: 14px; border: 1px solid var(--line); border-radius: 6px; min-width: 0; }
.plot svg { display: block; width: 100%; height: auto; }
.plot.narrow { display: none; }
.tools { margin: 8px 0; display: flex; gap: 8px; }
button { font: inherit; font-size: 0.8rem; padding: 1px 10px; color: var(--link); background: var(--soft); border: 1px solid var(--line); border-radius: 4px; cursor: pointer; }
summary { cursor: pointer; color: var(--link); font-size: 0.87rem; }
details .scroll { max-height: 320px; overflow-y: auto; }
footer { margin-top: 40px; font-size: 0.87rem; }
@media (max-width: 520px) {
  body { padding: 0 12px 40px; }
  figure { padding: 8px; }
  .plot.wide { display: none; }
  .plot.narrow { display: block; }
  dl > div { grid-template-columns: 32% 1fr; gap: 0 10px; padding: 3px 0; }
}
@page { margin: 14mm; }
@media print {
  :root { color-scheme: light; ${declared(LIGHT)} --line: #c8c8c8; --soft: #ffffff; --alarm: #ffffff; --link: #000000; }
  html { font-size: 11px; }
  body { max-width: none; padding: 0; }
  nav, .tools, .skip, details:not([open]) { display: none; }
  .figures { grid-template-columns: 1fr 1fr; }
  figure, .warning { break-inside: avoid; }
  .plot.wide { display: block; }
  .plot.narrow { display: none; }
  .scroll, details .scroll { overflow: visible; max-height: none; background: none; }
  th, td { white-space: normal; padding-right: 6px; }
}
`;
