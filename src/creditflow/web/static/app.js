// Keys and small comforts. Every page works without this file.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
  const at = () => rows().findIndex((row) => row.classList.contains("at"));
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const next = Math.min(all.length - 1, Math.max(0, at() + step));
    all.forEach((row, i) => row.classList.toggle("at", i === next));
    const link = all[next].querySelector("a");
    if (link) link.focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "nearest" });
  };
  const follow = (name) => {
    const link = document.querySelector(`main [data-key="${name}"]`)
      || document.querySelector(`[data-key="${name}"]`);
    if (link) link.click();
    return Boolean(link);
  };
  const focus = (selector) => {
    const field = document.querySelector(selector);
    if (field) field.focus();
    return Boolean(field);
  };

  // Single keys can be switched off, for whoever dictates or types by accident.
  const keys = {
    get off() { try { return localStorage.getItem("keys") === "off"; } catch { return false; } },
    set off(is) { try { localStorage.setItem("keys", is ? "off" : "on"); } catch { /* not kept */ } },
  };
  document.querySelectorAll("[data-keys-on]").forEach((box) => {
    box.checked = !keys.off;
    box.addEventListener("change", () => { keys.off = !box.checked; });
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (keys.off && event.key.length === 1 && event.key !== "?") return;
    const help = document.querySelector("dialog[data-help]");
    const open = () => {
      const link = rows()[at()] && rows()[at()].querySelector("a");
      if (link) link.click();
      return Boolean(link);
    };
    const acts = {
      j: () => (move(1), true),
      k: () => (move(-1), true),
      Enter: () => !document.activeElement.matches("a, button, summary, input") && open(),
      o: open,
      "/": () => focus("[data-search]"),
      c: () => focus("[data-comment]"),
      n: () => follow("next"),
      i: () => follow("inbox"),
      "?": () => { if (help && help.showModal) help.showModal(); return Boolean(help); },
    };
    const act = acts[event.key];
    if (act && act()) event.preventDefault();
  });

  document.querySelectorAll("[data-close]").forEach((button) =>
    button.addEventListener("click", () => button.closest("dialog").close()));
  document.querySelectorAll("select[data-submit]").forEach((select) =>
    select.addEventListener("change", () => select.form.requestSubmit()));

  // A comment that is being typed survives a reload and an ended session.
  const comment = document.querySelector("[data-comment]");
  if (comment) {
    const key = `comment:${location.pathname.replace(/\/decision$/, "")}`;
    try {
      if (!comment.value) comment.value = sessionStorage.getItem(key) || "";
      comment.addEventListener("input", () => sessionStorage.setItem(key, comment.value));
    } catch { /* storage may be closed to us */ }
  }

  if (location.search.includes("done=")) {
    try { sessionStorage.removeItem(`comment:${location.pathname}`); } catch { /* the same */ }
  }

  // What if: judge again while somebody types, and renew what follows from it but not the fields.
  document.querySelectorAll("form[data-whatif]").forEach((form) => {
    let waiting = 0;
    let latest = 0;
    const renew = async () => {
      const mine = (latest += 1);
      const query = new URLSearchParams(new FormData(form));
      let text;
      try {
        text = await (await fetch(`${form.action}?${query}`)).text();
      } catch { return; }
      if (mine !== latest) return;
      const page = new DOMParser().parseFromString(text, "text/html");
      form.querySelectorAll("[data-live]").forEach((old) => {
        const fresh = page.querySelector(`[data-live="${old.dataset.live}"]`);
        if (!fresh) return;
        old.className = fresh.className;
        if (old.tagName !== "TR") { old.innerHTML = fresh.innerHTML; return; }
        [...old.cells].forEach((cell, i) => {
          if (!cell.classList.contains("what")) cell.innerHTML = fresh.cells[i].innerHTML;
        });
      });
    };
    form.addEventListener("input", () => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(renew, 250);
    });
  });

  // The letter beside a form follows what is changed in the form.
  const letter = document.querySelector("iframe[data-preview]");
  const changes = [...document.querySelectorAll("[data-change]")];
  if (letter && changes.length) {
    const path = letter.getAttribute("src");
    changes.forEach((field) => field.addEventListener("change", () => {
      const asked = new URLSearchParams();
      changes.forEach((one) => {
        if (one.value && (one.type !== "checkbox" || one.checked)) asked.append(one.name, one.value);
      });
      letter.src = `${path}?${asked}`;
    }));
  }

  // Say what is missing before the form is sent, and send it once.
  document.querySelectorAll("form[data-decide]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (button && button.value !== "approve" && comment && !comment.value.trim()) {
        event.preventDefault();
        comment.setCustomValidity(form.dataset.needed);
        comment.reportValidity();
        comment.addEventListener("input", () => comment.setCustomValidity(""), { once: true });
        return;
      }
      if (button && button.dataset.sure && !window.confirm(button.dataset.sure)) {
        event.preventDefault();
        return;
      }
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  });
})();
