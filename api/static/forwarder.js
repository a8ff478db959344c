"use strict";
/* Filters, comparison, countdowns, the choice on the map, and files that are dropped. Every page works without this. */
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* The clock of the service counts, not that of this machine. */
  const told = document.querySelector("[data-now]");
  const ahead = told ? Date.parse(told.dataset.now) - Date.now() : 0;
  const tick = () => {
    if (!told) { return; }
    const words = told.dataset;
    for (const element of all("[data-until]")) {
      const minutes = Math.floor((Date.parse(element.dataset.until) - Date.now() - ahead) / 60000);
      const hours = Math.floor(minutes / 60);
      let span = words.minutes.replace("#", minutes);
      if (hours >= 48) { span = words.days.replace("#", Math.floor(hours / 24)).replace("%", hours % 24); }
      else if (hours >= 1) { span = words.hours.replace("#", hours).replace("%", minutes % 60); }
      element.textContent = minutes < 0 ? told.dataset.over : told.dataset.left.replace("#", span);
      element.classList.toggle("bad-text", minutes < 0);
      const option = minutes < 0 && element.closest("td.cutoff") && element.closest("tbody[data-option]");
      if (option) { for (const next of option.querySelectorAll("[data-next]")) { next.hidden = false; } }
      element.classList.toggle("warn-text", minutes >= 0 && hours < 24);
    }
  };
  tick();
  setInterval(tick, 20000);

  /* One map holds all options: a choice only changes how they are drawn. */
  const frame = document.querySelector("[data-choice-map]");
  const state = { chosen: frame ? Number(frame.dataset.choiceMap) : 0, shown: null };
  const leafletMap = () => {
    const inside = frame && frame.contentWindow;
    return inside && inside.L ? Object.values(inside).find((one) => one instanceof inside.L.Map) : undefined;
  };
  const drawMap = () => {
    const map = leafletMap();
    if (!map) { return; }
    const L = frame.contentWindow.L;
    let view = null;
    map.eachLayer((layer) => {
      const p = layer.feature && layer.feature.properties;
      if (!p || !p.options) { return; }
      p.base = p.base || { weight: p.style.weight / (p.style.opacity > 0.9 ? 1.5 : 0.7), radius: p.style.radius };
      const on = p.options.includes(state.chosen);
      const there = on || !state.shown || p.options.some((number) => state.shown.has(number));
      if (layer.setRadius) {
        layer.setRadius(there ? (on ? Math.max(6, p.base.radius) : 3) : 0).setStyle({ fillOpacity: there ? 1 : 0, opacity: there ? 1 : 0 });
        layer.unbindTooltip();
        const permanent = on;
        layer.bindTooltip(p.tip, permanent ? { permanent, direction: p.side, offset: p.side === "top" ? [0, -8] : [8, 0], className: "place" } : { sticky: true, className: "tip" });
        layer.hubportRank = on ? p.rank || 0 : undefined;
      } else {
        layer.setStyle({ weight: p.base.weight * (on ? 1.5 : 0.7), opacity: on ? 0.95 : there ? 0.4 : 0 });
        if (on) { view = view ? view.extend(layer.getBounds()) : L.latLngBounds(layer.getBounds().getSouthWest(), layer.getBounds().getNorthEast()); }
      }
      if (on && layer.bringToFront) { layer.bringToFront(); }
    });
    map.eachLayer((layer) => { if (layer.setRadius && layer.bringToFront) { layer.bringToFront(); } });
    if (view) { map.fitBounds(view, { paddingTopLeft: [84, 56], paddingBottomRight: [104, 44], maxZoom: 9, animate: false }); }
    frame.contentWindow.hubportMap.declutter(map);
  };
  if (frame) { frame.addEventListener("load", () => { if (state.shown || state.chosen !== Number(frame.dataset.choiceMap)) { drawMap(); } }); }

  const choose = (number, mark) => {
    state.chosen = number;
    const title = document.querySelector("[data-map-title]");
    title.textContent = title.dataset.template.replace("#", number);
    for (const body of all("tbody[data-option]")) { body.classList.toggle("chosen", Number(body.dataset.option) === number); }
    for (const link of all(".chart a[data-option]")) {
      const is = Number(link.dataset.option) === number;
      if (is) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
      /* What is drawn last lies on top. */
      if (is && link !== mark) { link.parentElement.append(link); }
    }
    for (const link of all("a[data-follow=option]")) { link.href = link.href.replace(/option=\d+/, `option=${number}`); }
    const kept = document.querySelector("#compare [name=option]");
    if (kept) { kept.value = number; }
    drawMap();
  };
  if (frame) {
    for (const link of all("[data-show], .chart a[data-option]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        choose(Number(link.dataset.show || link.dataset.option), link);
        document.getElementById("map").scrollIntoView({ block: "nearest", behavior: "smooth" });
      });
    }
  }

  /* Filters: chart, table, cards and map together. */
  const sieve = document.querySelector("[data-sieve]");
  const sift = () => {
    const modes = new Set(all("[data-sieve-mode]", sieve).filter((box) => box.checked).map((box) => box.value));
    const direct = sieve.querySelector("[data-sieve-direct]").checked;
    const latest = sieve.querySelector("[data-sieve-arrive]").value;
    const money = sieve.querySelector("[data-sieve-cost]");
    const most = money.value === "" ? Infinity : Number(money.value) * 10 ** Number(money.dataset.exponent);
    const bodies = all("tbody[data-option]");
    const fits = (body) => body.dataset.modes.split(" ").every((mode) => modes.has(mode)) && (!direct || body.dataset.direct === "yes")
      && (!latest || body.dataset.arrive.slice(0, 10) <= latest) && Number(body.dataset.cost) <= most;
    const shown = new Set(bodies.filter(fits).map((body) => Number(body.dataset.option)));
    for (const body of bodies) {
      /* An option stays as the head of others that hardly differ from it, if one of them fits. */
      const inside = all("tbody[data-option]", body).some((one) => shown.has(Number(one.dataset.option)));
      body.hidden = !shown.has(Number(body.dataset.option)) && !inside;
    }
    for (const mark of all(".chart a[data-option]")) { mark.classList.toggle("is-out", !shown.has(Number(mark.dataset.option))); }
    for (const card of all("[data-best]")) { card.hidden = !shown.has(Number(card.dataset.best)); }
    const count = sieve.querySelector("[data-sieve-count]");
    count.textContent = count.dataset.text.replace("#", shown.size).replace("%", bodies.length);
    document.querySelector("[data-sieve-none]").hidden = shown.size > 0;
    state.shown = shown;
    if (shown.size && !shown.has(state.chosen)) { choose(Math.min(...shown)); } else { drawMap(); }
  };
  if (sieve) {
    sieve.hidden = false;
    sieve.addEventListener("input", sift);
    sieve.querySelector("[data-sieve-reset]").addEventListener("click", () => {
      for (const box of all("input", sieve)) {
        if (box.type === "checkbox") { box.checked = "sieveMode" in box.dataset; } else { box.value = ""; }
      }
      sift();
    });
  }

  /* Details of an option that are not on the page yet: those of the page that its link leads to. */
  for (const link of all("a[data-details]")) {
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) { return; }
      event.preventDefault();
      if (link.getAttribute("aria-busy")) { return; }
      link.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const details = page.querySelector(`#option-${link.dataset.details} > tr.below > td > details`);
        details.open = true;
        link.parentElement.replaceWith(document.adoptNode(details));
        details.querySelector("summary").focus();
        tick();
      } catch { location.assign(link.href); }
    });
  }

  /* Comparison: the columns of what is ticked, two to four. */
  const comparison = document.getElementById("comparison");
  const boxes = all("input[name=compare]");
  const compare = () => {
    const picked = boxes.filter((box) => box.checked).map((box) => box.value);
    for (const box of boxes) { box.disabled = !box.checked && picked.length >= 4; }
    comparison.hidden = picked.length < 2;
    for (const cell of all("[data-column]", comparison)) { cell.hidden = !picked.includes(cell.dataset.column); }
    for (const row of all("tbody tr", comparison)) {
      const cells = all("td[data-value]", row).filter((cell) => !cell.hidden);
      const values = cells.map((cell) => Number(cell.dataset.value));
      const least = Math.min(...values);
      for (const cell of cells) { cell.classList.toggle("is-best", least < Math.max(...values) && Number(cell.dataset.value) === least); }
    }
  };
  if (comparison && boxes.length) {
    for (const box of boxes) { box.addEventListener("change", compare); }
    document.getElementById("compare").addEventListener("submit", (event) => {
      event.preventDefault();
      compare();
      if (!comparison.hidden) { comparison.scrollIntoView({ behavior: "smooth", block: "start" }); }
    });
    compare();
  }

  /* Addresses to copy. */
  for (const button of all("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try { await navigator.clipboard.writeText(field.value); button.textContent = button.dataset.done; } catch { /* The text is marked, to be copied by hand. */ }
    });
  }

  /* Files that are dropped or too large. */
  for (const area of all("[data-drop]")) {
    const input = area.querySelector("input[type=file]");
    const told = area.querySelector("[data-drop-told]");
    const check = () => {
      const file = input.files[0];
      const large = file && file.size > Number(area.dataset.most);
      told.textContent = file ? (large ? area.dataset.large.replace("#", (file.size / 1048576).toFixed(1)) : file.name) : "";
      told.classList.toggle("fault", Boolean(large));
      input.setCustomValidity(large ? told.textContent : "");
    };
    input.addEventListener("change", check);
    for (const name of ["dragover", "dragenter"]) { area.addEventListener(name, (event) => { event.preventDefault(); area.classList.add("over"); }); }
    for (const name of ["dragleave", "drop"]) { area.addEventListener(name, () => area.classList.remove("over")); }
    area.addEventListener("drop", (event) => { event.preventDefault(); input.files = event.dataTransfer.files; check(); });
  }

  /* What was typed into a form outlives a session that ended: it is there again after log-in, on the same page. */
  for (const form of all("form[data-draft]")) {
    const key = `draft:${form.dataset.draft}`;
    const fields = () => all("input[type=text], textarea", form).filter((field) => field.name);
    const kept = JSON.parse(sessionStorage.getItem(key) || "null");
    if (kept) {
      for (const field of fields()) { if (!field.value && kept[field.name]) { field.value = kept[field.name]; } }
    }
    form.addEventListener("input", () => sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields().map((field) => [field.name, field.value])))));
  }
  for (const mark of all("[data-draft-done]")) { sessionStorage.removeItem(`draft:${mark.dataset.draftDone}`); }

  /* A button that was pressed is not pressed again. */
  for (const form of all("form[method=post]:not([data-again])")) {
    form.addEventListener("submit", () => { setTimeout(() => { for (const button of all("button", form)) { button.disabled = true; } }, 0); });
  }
  addEventListener("pageshow", (event) => { if (event.persisted) { for (const button of all("form[method=post] button")) { button.disabled = false; } } });
})();
