// Hear from the server that cases have moved: one connection, only while the page is looked at.
"use strict";
(() => {
  const start = document.querySelector("[data-live-after]");
  if (!start || !window.EventSource) return;
  let after = start.dataset.liveAfter;
  let source = null;

  const close = () => { if (source) source.close(); source = null; };
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(`/live?after=${after}`);
    source.addEventListener("moved", (event) => {
      const moved = JSON.parse(event.data);
      after = String(moved.seq);
      if (moved.cases && !moved.cases.length) return;
      window.dispatchEvent(new CustomEvent("creditflow:moved", { detail: moved }));
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

  // A case that moved under somebody's eyes is said so; what is being typed stays.
  const note = document.querySelector("[data-moved]");
  if (note) window.addEventListener("creditflow:moved", (event) => {
    const { cases } = event.detail;
    if (cases && cases.includes(note.dataset.moved)) note.hidden = false;
  });
})();
