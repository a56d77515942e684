import { LIGHT_VARIABLES } from './style.ts';

/** What the page does by itself: saves pictures and numbers. It asks nobody for anything. */
export const SCRIPT = `
(() => {
  const light = ${JSON.stringify(LIGHT_VARIABLES)};
  const save = (name, type, content) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name;
    link.click();
  };
  const picture = (figure) => {
    const svg = figure.querySelector('.plot.wide svg').outerHTML;
    const text = svg.replace(/var\\((--[\\w-]+)\\)/g, (_, name) => light[name] || '#222222');
    return '<?xml version="1.0" encoding="UTF-8"?>\\n' + text + '\\n';
  };
  document.addEventListener('click', ({ target }) => {
    const what = target.dataset && target.dataset.save;
    const figure = what && target.closest('figure');
    if (!figure) return;
    const { name } = figure.dataset;
    if (what === 'svg') save(name + '.svg', 'image/svg+xml', picture(figure));
    if (what === 'csv') save(name + '.csv', 'text/csv', JSON.parse(figure.querySelector('.csv').textContent));
  });
})();
`;
