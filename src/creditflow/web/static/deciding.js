// Deciding by keyboard, on a case and in the list, one case or several. Every page works without.
"use strict";
(() => {
  const form = document.querySelector("form[data-decide]");
  const isList = Boolean(document.querySelector("[data-pick]"));
  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
  const current = () => document.querySelector("[data-rows] tr.at");
  const boxes = () => [...document.querySelectorAll("[data-pick]")];
  const picked = () => boxes().filter((box) => box.checked);
  const comment = form && form.querySelector("[data-comment]");
  const amount = form && form.querySelector("[name=amount]");
  const remembered = `at:${location.pathname}`;
  const keysAreOff = () => {
    try { return localStorage.getItem("keys") === "off"; } catch { return false; }
  };
  let wanted = "";
  let last = null;

  const mark = (index) => {
    const all = rows();
    if (!all.length || index < 0) return;
    const at = Math.min(index, all.length - 1);
    all.forEach((row, i) => row.classList.toggle("at", i === at));
    all[at].querySelector("a").focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  };

  // What was chosen is said beside the buttons: one case by its line, several by their number.
  const tell = () => {
    if (!isList) return;
    const chosen = picked();
    form.hidden = !chosen.length;
    const line = (box) => {
      const row = box.closest("tr");
      const [name, move] = [".name", ".move"].map((part) => row.querySelector(part).textContent);
      return `${name}  ${move.replace(/\s+/g, " ").trim()}`;
    };
    form.querySelector("[data-chosen]").textContent =
      chosen.length === 1 ? line(chosen[0]) : form.dataset.many.replace("#", chosen.length);
    boxes().forEach((box) => box.closest("tr").classList.toggle("picked", box.checked));
    const all = document.querySelector("[data-pick-all]");
    all.checked = chosen.length > 0 && chosen.length === boxes().length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  };
  const pick = (row) => {
    const box = row && row.querySelector("[data-pick]");
    if (!box) return false;
    box.checked = !box.checked;
    last = box;
    tell();
    return true;
  };

  // A verdict is about what is chosen, else about the row that one stands on.
  const aim = (verdict) => {
    if (!form) return false;
    if (isList && !picked().length && !pick(current())) return false;
    wanted = verdict;
    const needed = verdict !== "approve" && !comment.value.trim();
    (needed ? comment : form.querySelector(`button[value=${verdict}]`)).focus();
    return true;
  };
  const send = (verdict) => {
    if (aim(verdict) && document.activeElement !== comment) {
      form.requestSubmit(form.querySelector(`button[value=${verdict}]`));
    }
  };
  const openAmount = () => {
    if (!amount) return false;
    amount.closest("details").open = true;
    wanted = "approve_with_change";
    amount.focus();
    amount.select();
    return true;
  };

  // A refresh keeps what is chosen, where the line is still the one that was shown.
  const chosenLines = `chosen:${location.pathname}`;
  const line = (value) => value.split(":").slice(0, 4).join(":");
  const refresh = () => {
    const link = document.querySelector("[data-refresh]");
    if (!link || link.closest("[hidden]")) return false;
    try {
      sessionStorage.setItem(chosenLines, JSON.stringify(picked().map((box) => line(box.value))));
      sessionStorage.setItem(remembered, rows().indexOf(current()));
    } catch { /* storage may be closed to us */ }
    location.assign(link.href);
    return true;
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-refresh]") && refresh()) event.preventDefault();
  });

  const acts = {
    ".": refresh,
    x: () => pick(current()),
    a: () => aim("approve"),
    b: () => aim("return"),
    r: () => aim("reject"),
    e: () => {
      const link = isList && current() && current().querySelector("a.name");
      if (link) location.assign(`${link.href}#amount`);
      return Boolean(link) || openAmount();
    },
    Escape: () => {
      if (!picked().length) return false;
      boxes().forEach((box) => { box.checked = false; });
      tell();
      mark(rows().indexOf(current()));
      return true;
    },
  };
  // First in line, so that what is done here is not done once more by the keys of all pages.
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && !event.shiftKey && event.target === amount) {
      event.preventDefault(); // or the browser would press the first button, which approves as proposed
      send("approve_with_change");
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && event.target === comment && wanted) {
      event.preventDefault();
      if (comment.value.trim()) send(wanted);
      return;
    }
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    if (keysAreOff() && event.key.length === 1) return;
    const act = acts[event.key];
    if (act && act()) event.preventDefault();
  }, true);

  // With Shift a click chooses all rows from the one before.
  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-pick]");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, two) => one - two);
      all.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
    }
    last = box;
    tell();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      boxes().forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("[data-pick], [data-pick-all]")) tell();
  });

  // After a decision the next case has moved up to where the decided one stood.
  if (isList) {
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      const first = picked()[0];
      try {
        sessionStorage.setItem(remembered, rows().indexOf(first && first.closest("tr")));
        sessionStorage.removeItem(`comment:${location.pathname}`);
      } catch { /* storage may be closed to us */ }
    });
    try {
      const kept = JSON.parse(sessionStorage.getItem(chosenLines) ?? "null");
      if (kept || location.search.includes("done=")) mark(Number(sessionStorage.getItem(remembered) ?? -1));
      boxes().forEach((box) => { box.checked = Boolean(kept) && kept.includes(line(box.value)); });
      sessionStorage.removeItem(remembered);
      sessionStorage.removeItem(chosenLines);
    } catch { /* the same */ }
  }
  window.addEventListener("pageshow", () => { if (form) delete form.dataset.sent; tell(); });
  if (location.hash === "#amount") openAmount();
  tell();

  // What becomes of open orders follows the amount that is typed, here or in the form below.
  const orders = document.querySelector("[data-orders]");
  if (orders) {
    const problem = orders.querySelector("[data-orders-problem]");
    let last = 0;
    const ask = async (amount) => {
      const mine = ++last;
      const asked = amount.trim() ? `?amount=${encodeURIComponent(amount)}` : "";
      const answer = await fetch(orders.dataset.orders + asked);
      const text = await answer.text();
      if (mine !== last) return;
      problem.hidden = answer.ok;
      problem.textContent = answer.ok ? "" : text;
      if (!answer.ok) return;
      const said = new DOMParser().parseFromString(text, "text/html").querySelector("[data-orders-said]");
      if (said) orders.querySelector("[data-orders-said]").innerHTML = said.innerHTML;
    };
    const form = orders.querySelector("[data-orders-form]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form.elements.amount.value);
    });
    const typed = document.querySelector("[data-decide] input[name=amount]");
    if (typed) typed.addEventListener("change", () => {
      form.elements.amount.value = typed.value;
      ask(typed.value);
    });
  }
})();
