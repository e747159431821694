// Hear from the server that cases have moved: one connection, only while the page is looked at.
"use strict";
(() => {
  const bar = document.querySelector("[data-live]");
  if (!bar || !window.EventSource) return;
  let after = bar.dataset.live;
  let source = null;
  const known = new Map();
  let isMany = false;
  const shown = new Set(
    [...document.querySelectorAll("[data-case]")].map((row) => row.dataset.case));

  const tell = () => {
    const count = (what, here) =>
      [...known].filter(([name, now]) => now === what && shown.has(name) === here).length;
    const parts = [
      [count("new", false), "new"],
      [count("decided", true), "decided"],
      [count("gone", true), "gone"],
      [count("changed", true) + count("new", true), "changed"],
    ].filter(([number]) => number).map(([number, name]) => bar.dataset[name].replace("#", number));
    bar.hidden = !parts.length && !isMany;
    const text = isMany ? bar.dataset.many : parts.join(bar.dataset.and);
    const said = bar.querySelector("[data-said]");
    if (said.textContent !== text) said.textContent = text;
  };

  const close = () => { if (source) source.close(); source = null; };
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(`/live?${bar.dataset.query}&after=${after}`);
    source.addEventListener("moved", (event) => {
      const { seq, cases } = JSON.parse(event.data);
      after = String(seq);
      if (cases === null) isMany = true;
      else Object.entries(cases).forEach(([name, now]) => {
        if (now !== "changed" || known.get(name) !== "new") known.set(name, now);
      });
      tell();
    });
    // The browser tries again by itself; where it may not, the page stays as it is.
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) source = null;
    });
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
})();
