"""The style and the script of a report's page."""

from __future__ import annotations

__all__ = ["SCRIPT", "STYLE"]

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #636c76; --line: #d4d9df; --wash: #f4f6f8;
  --accent: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171b; --ink: #e7eaee; --faint: #9aa4af; --line: #323a43; --wash: #1c2127; --accent: #7db8f5; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
.said { margin: .25rem 0 0; font-size: 1.1rem; color: var(--faint); overflow-wrap: anywhere; }
.moments { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); }
.moment { margin: 0; }
.pair { position: relative; overflow: hidden; border-radius: .5rem; background: var(--wash); }
.pair img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
.pair .after { clip-path: inset(0 0 0 var(--shown)); background: var(--wash); }
.pair .clear { background: repeating-conic-gradient(#ccc 0 25%, #f4f4f4 0 50%) 0 / 24px 24px; }
.pair::after { content: ""; position: absolute; top: 0; bottom: 0; left: var(--shown); width: 3px; margin-left: -1.5px;
  background: #fff; box-shadow: 0 0 4px #000; pointer-events: none; }
.pair input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; }
.pair:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; }
.tag { position: absolute; bottom: .5rem; padding: .1rem .5rem; border-radius: 1rem; background: #000a; color: #fff;
  font-size: .8rem; pointer-events: none; }
.tag.left { left: .5rem; } .tag.right { right: .5rem; }
figcaption, summary { color: var(--faint); font-size: .9rem; margin-top: .35rem; }
summary { cursor: pointer; }
.mask { display: block; width: 100%; height: auto; border-radius: .5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--faint); font-weight: 600; }
td { overflow-wrap: anywhere; }
.notes { color: var(--faint); }
svg { width: 100%; height: auto; max-width: 60rem; }
svg text { fill: var(--faint); font-size: 12px; } svg .axis { stroke: var(--line); }
.legend { list-style: none; margin: .25rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; }
.legend svg { width: 28px; height: 8px; margin-right: .5rem; vertical-align: middle; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.25rem; margin: 0; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
@media print { .pair input, .tag { display: none; } }
"""

SCRIPT = """
for (const range of document.querySelectorAll('.pair input')) {
  const show = () => range.parentElement.style.setProperty('--shown', range.value + '%');
  range.addEventListener('input', show);
  range.addEventListener('pointermove', event => {
    if (event.pointerType !== 'mouse' || event.buttons) return;
    const box = range.getBoundingClientRect();
    range.value = Math.round(100 * (event.clientX - box.left) / box.width);
    show();
  });
  show();
}
"""
"""Moves the border between before and after: by keyboard and touch through the range, by the mouse where it hovers."""
