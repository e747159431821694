// The inbox by keyboard, several cases at once, and alive. Every list works without this file.
"use strict";
(() => {
  const list = () => document.querySelector("[data-list]");
  if (!list()) return;
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
  const current = () => document.querySelector("[data-rows] tr.at");
  const boxes = () => [...document.querySelectorAll("[data-pick]")];
  const picked = () => boxes().filter((box) => box.checked);
  const bar = () => document.querySelector("[data-bulk]");
  const remembered = "inbox:at";
  let wanted = "";

  const mark = (index) => {
    const all = rows();
    if (!all.length || index < 0) return;
    const at = Math.min(index, all.length - 1);
    all.forEach((row, i) => row.classList.toggle("at", i === at));
    all[at].querySelector("a").focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  };

  // What was chosen is said in the bar: one case by its line, several by their number.
  const tell = () => {
    const form = bar();
    if (!form) return;
    const chosen = picked();
    form.classList.toggle("open", chosen.length > 0);
    const line = (box) => {
      const row = box.closest("tr");
      return `${row.querySelector(".name").textContent}: ${row.querySelector(".move").textContent.replace(/\s+/g, " ").trim()}`;
    };
    form.querySelector("[data-chosen]").textContent =
      chosen.length === 1 ? line(chosen[0]) : form.dataset.many.replace("0", chosen.length);
  };

  const pick = (row) => {
    const box = row && row.querySelector("[data-pick]");
    if (!box) return false;
    box.checked = !box.checked;
    tell();
    return true;
  };

  // A verdict is about what is chosen, else about the row that one stands on.
  const aim = (verdict) => {
    const form = bar();
    if (!form) return false;
    if (!picked().length && !pick(current())) return false;
    wanted = verdict;
    const comment = form.querySelector("[data-comment]");
    const button = form.querySelector(`button[value=${verdict}]`);
    (verdict === "approve" || comment.value.trim() ? button : comment).focus();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (field && field.matches("[data-bulk] textarea") && event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (wanted && field.value.trim()) bar().requestSubmit(bar().querySelector(`button[value=${wanted}]`));
      return;
    }
    if (field || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      x: () => pick(current()),
      a: () => aim("approve"),
      r: () => aim("reject"),
      b: () => aim("return"),
      e: () => {
        const link = current() && current().querySelector("a.name");
        if (link) location.assign(`${link.href}#amount`);
        return Boolean(link);
      },
      Escape: () => {
        if (!picked().length) return false;
        boxes().forEach((box) => { box.checked = false; });
        tell();
        mark(rows().indexOf(current()));
        return true;
      },
    };
    const act = acts[event.key];
    if (act && act()) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick]")) tell();
    if (event.target.matches("[data-pick-all]")) {
      boxes().forEach((box) => { box.checked = event.target.checked; });
      tell();
    }
  });

  // After a decision the next case has moved up to where the decided one stood.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-bulk]")) return;
    const comment = event.target.querySelector("[data-comment]");
    if (event.submitter && event.submitter.value !== "approve" && !comment.value.trim()) {
      event.preventDefault();
      wanted = event.submitter.value;
      comment.setCustomValidity(event.target.dataset.needed);
      comment.reportValidity();
      comment.addEventListener("input", () => comment.setCustomValidity(""), { once: true });
      return;
    }
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "yes";
    const first = picked()[0];
    try { sessionStorage.setItem(remembered, rows().indexOf(first && first.closest("tr"))); } catch { /* closed to us */ }
  });
  try {
    if (location.search.includes("done=listed")) mark(Number(sessionStorage.getItem(remembered)));
    sessionStorage.removeItem(remembered);
  } catch { /* the same */ }
  tell();

  // Alive: renew what the list shows, but neither what is chosen nor where one stands.
  const renew = async () => {
    let text;
    try {
      const answer = await fetch(location.href.replace(/([?&])done=\w+/, "$1"), { headers: { "X-Renew": "list" } });
      if (!answer.ok || answer.redirected) return;
      text = await answer.text();
    } catch { return; }
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector("[data-list]");
    if (!fresh || document.activeElement.closest("[data-bulk]")) return;
    const chosen = new Set(picked().map((box) => box.value));
    const at = current() && current().dataset.case;
    const focused = list().contains(document.activeElement);
    const index = rows().indexOf(current());
    const typed = bar() ? bar().querySelector("[data-comment]").value : "";
    list().replaceWith(fresh);
    document.querySelector("nav.lists").replaceWith(page.querySelector("nav.lists"));
    boxes().forEach((box) => { box.checked = chosen.has(box.value); });
    if (bar()) bar().querySelector("[data-comment]").value = typed;
    const again = rows().findIndex((row) => row.dataset.case === at);
    if (at && focused) mark(again < 0 ? index : again);
    else if (again >= 0) rows()[again].classList.add("at");
    document.querySelector("[data-told]").textContent = fresh.dataset.renewed;
    tell();
  };
  let due = 0;
  let last = 0;
  window.addEventListener("creditflow:moved", (event) => {
    const shown = new Set(rows().map((row) => row.dataset.case));
    const near = event.detail.cases && event.detail.cases.some((name) => shown.has(name));
    // Cases that are not shown here may wait: a review of the whole book must not storm the server.
    const patience = near ? 400 : 4000 + Math.random() * 4000;
    const wait = Math.max(patience, last + 2000 - Date.now());
    if (due && !near) return;
    window.clearTimeout(due);
    due = window.setTimeout(() => { due = 0; last = Date.now(); renew(); }, wait);
  });
})();
