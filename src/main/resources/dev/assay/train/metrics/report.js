'use strict';
(() => {
  const SVG = 'http://www.w3.org/2000/svg';
  let hovering = false;

  const element = (parent, name, attributes) => {
    const made = parent.appendChild(document.createElementNS(SVG, name));
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    return made;
  };

  const html = (parent, name, text) => {
    const made = parent.appendChild(document.createElement(name));
    made.textContent = text;
    return made;
  };

  /** Returns the index of the point with the nearest x; points are sorted by x. */
  const nearest = (points, x) => {
    let low = 0;
    let high = points.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (points[middle][0] <= x) low = middle; else high = middle;
    }
    return Math.abs(points[low][0] - x) <= Math.abs(points[high][0] - x) ? low : high;
  };

  for (const svg of document.querySelectorAll('svg.chart')) {
    const curves = [...svg.querySelectorAll('polyline')].filter(line => line.getAttribute('points')).map(line => ({
      name: line.dataset.name,
      style: line.parentNode.getAttribute('class'),
      steps: line.dataset.steps.split(' '),
      values: line.dataset.values.split(' '),
      points: line.getAttribute('points').split(' ').map(point => point.split(',').map(Number)),
    }));
    if (!curves.length) continue;
    const base = svg.querySelector('line.axis');
    const mark = element(svg, 'g', { visibility: 'hidden' });
    const cursor = element(mark, 'line', { class: 'cursor', y1: 8, y2: base.getAttribute('y1') });
    for (const curve of curves) curve.dot = element(element(mark, 'g', { class: curve.style }), 'circle', { r: 3.5 });
    const tip = html(svg.parentNode, 'div', '');
    tip.className = 'tip';
    tip.hidden = true;

    svg.addEventListener('pointermove', event => {
      hovering = true;
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
      tip.textContent = '';
      const longest = curves.reduce((a, b) => (b.points.length > a.points.length ? b : a));
      const at = nearest(longest.points, x);
      cursor.setAttribute('x1', longest.points[at][0]);
      cursor.setAttribute('x2', longest.points[at][0]);
      html(tip, 'p', (longest.steps[at].includes('–') ? 'mean of steps ' : 'step ') + longest.steps[at]);
      for (const curve of curves) {
        const i = nearest(curve.points, longest.points[at][0]);
        curve.dot.setAttribute('cx', curve.points[i][0]);
        curve.dot.setAttribute('cy', curve.points[i][1]);
        const row = html(tip, 'div', '');
        row.className = curve.style;
        html(row, 'span', curve.name);
        html(row, 'b', Number(curve.values[i]).toLocaleString('en', { maximumSignificantDigits: 4 }));
      }
      mark.setAttribute('visibility', 'visible');
      tip.hidden = false;
      const frame = svg.parentNode.getBoundingClientRect();
      const left = event.clientX - frame.left;
      tip.style.top = box.top - frame.top + 6 + 'px';
      tip.style.left = (left + 16 + tip.offsetWidth > frame.width ? left - 16 - tip.offsetWidth : left + 16) + 'px';
    });
    svg.addEventListener('pointerleave', () => {
      hovering = false;
      mark.setAttribute('visibility', 'hidden');
      tip.hidden = true;
    });
  }

  // A killed run cannot update its page: show how long ago it was last updated.
  const time = document.querySelector('time');
  const refresh = Number(document.body.dataset.refresh);
  const silent = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000);
  if (refresh && silent >= 2) time.textContent += ', no update for ' + silent + ' min';
  if (refresh) setInterval(() => { if (!hovering && !document.hidden) location.reload(); }, refresh * 1000);
})();
