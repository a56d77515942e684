/** What a page does while its run goes on: it is told what has changed, and at the end becomes the report. */
export const LIVE_SCRIPT = `
(() => {
  const main = document.getElementById('main');
  const state = document.querySelector('.subtitle');
  const before = state ? state.textContent : '';
  const says = (text) => { if (state) state.textContent = before + text; };
  const source = new EventSource('events');
  source.addEventListener('open', () => says(' (live)'));
  source.addEventListener('error', () => says(' (not connected: what is shown is the last that came)'));
  source.addEventListener('main', ({ data }) => { main.innerHTML = JSON.parse(data); });
  source.addEventListener('parts', ({ data }) => {
    const { sections, figures } = JSON.parse(data);
    for (const [id, html] of Object.entries(sections)) {
      const chapter = document.getElementById(id);
      if (!chapter) continue;
      chapter.querySelectorAll(':scope > .piece').forEach((piece) => piece.remove());
      chapter.querySelector('h2').insertAdjacentHTML('afterend', html);
    }
    for (const [id, html] of Object.entries(figures)) {
      const figure = document.getElementById('figure-' + id);
      if (!figure) continue;
      const isOpen = figure.querySelector('details').open;
      figure.outerHTML = html;
      if (isOpen) document.getElementById('figure-' + id).querySelector('details').open = true;
    }
  });
  source.addEventListener('over', async () => {
    source.close();
    says(' (over: its report is being made)');
    try {
      const report = await (await fetch('report')).text();
      document.open();
      document.write(report);
      document.close();
    } catch {
      says(' (over: what is shown is the last that came)');
    }
  });
})();
`;
