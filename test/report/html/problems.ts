/**
 * What is wrong with the page that this runs in: it scrolls sideways, text leaves its place, a plot has nothing in it.
 * As a text, for the browser: the tests know no DOM.
 */
export const problemsOf = `(() => {
  const problems = [];
  const isSeen = (element) => element.getClientRects().length > 0;
  const named = (element) =>
    element.tagName + ' "' + (element.textContent || '').trim().slice(0, 40) + '"';
  const root = document.documentElement;
  if (root.scrollWidth > window.innerWidth) {
    problems.push('the page is ' + root.scrollWidth + ' wide, of ' + window.innerWidth);
  }
  for (const element of document.querySelectorAll('h1, h2, h3, p, dt, dd, li, summary, button')) {
    if (isSeen(element) && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) {
      problems.push(named(element) + ' is ' + element.scrollWidth + ' wide, of ' + element.clientWidth);
    }
  }
  const plots = [...document.querySelectorAll('.plot > svg')].filter(isSeen);
  if (!plots.length) problems.push('no plot');
  for (const plot of plots) {
    const label = plot.getAttribute('aria-label').slice(0, 30);
    const marks = plot.querySelectorAll('[aria-label=line] path, [aria-label=area] path, [aria-label=rect] rect');
    // A line of one place is a stroke; an area of one has no width, and is not to be seen.
    const isWide = (mark) => !mark.closest('[aria-label=area]') || mark.getBBox().width > 0;
    const isDrawn = [...marks].some(
      (mark) => mark.tagName === 'rect' || (mark.getAttribute('d') && isWide(mark)),
    );
    if (!isDrawn) problems.push('an empty plot: ' + label);
    if (/NaN|undefined|Infinity/.test(plot.outerHTML)) problems.push('no number: ' + label);
    const box = plot.getBoundingClientRect();
    const texts = [...plot.querySelectorAll('text')].map((text) => [text, text.getBoundingClientRect()]);
    texts.forEach(([text, place], index) => {
      if (place.left < box.left - 1 || place.right > box.right + 1 || place.bottom > box.bottom + 1) {
        problems.push(named(text) + ' leaves its plot: ' + label);
      }
      for (const [other, its] of texts.slice(index + 1)) {
        const apart = 0.5;
        if (
          place.left + apart < its.right && its.left + apart < place.right &&
          place.top + 3 < its.bottom && its.top + 3 < place.bottom
        ) {
          problems.push(named(text) + ' lies on ' + named(other) + ': ' + label);
        }
      }
    });
  }
  return problems;
})()`;
