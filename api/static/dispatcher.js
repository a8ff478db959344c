"use strict";
/* The dispatcher's desk: jobs that are watched, boxes that are dragged, forms that outlive a session. All of it works without. */
(() => {
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const PART = { "X-Part": "1", "Accept": "text/html" };

  /* What is said when the connection or the session is gone. */
  const say = (kind, goOn) => {
    const resume = document.getElementById("resume");
    if (!resume) { return; }
    const row = resume.querySelector(".row");
    resume.hidden = !kind;
    if (!kind) { return; }
    resume.querySelector("p").textContent = resume.dataset[kind];
    row.hidden = kind !== "over";
    row.querySelector("a").href = `/login?${new URLSearchParams({ lang, return: location.pathname + location.search })}`;
    resume.querySelector("button").onclick = () => { say(""); goOn(); };
    // Above a dialog nothing of the page is seen.
    const dialog = document.querySelector("dialog[open]");
    if (dialog && resume.parentElement !== dialog) { dialog.prepend(resume); }
  };
  const isLogIn = (response) => response.status === 401 || new URL(response.url).pathname === "/login";

  /* Whoever has logged in elsewhere comes back to this page, or says so; all who wait go on together. */
  let loggedIn = null;
  const logIn = () => {
    loggedIn = loggedIn || new Promise((goOn) => {
      say("over", goOn);
      document.addEventListener("visibilitychange", goOn, { once: true });
    }).then(() => { loggedIn = null; });
    return loggedIn;
  };

  /* Ask until there is an answer; the page stays as it is meanwhile. */
  const ask = async (address, options = {}) => {
    for (let pause = 1000; ; pause = Math.min(pause * 2, 15000)) {
      try {
        const response = await fetch(address, { credentials: "same-origin", ...options });
        if (isLogIn(response)) {
          await logIn();
          pause = 1000;
          continue;
        }
        say("");
        return response;
      } catch {
        say("lost");
        await new Promise((done) => { setTimeout(done, pause); addEventListener("online", done, { once: true }); });
      }
    }
  };

  /* Forms: what was typed and chosen stays until the service has it. */
  const freshToken = async () => {
    const response = await ask(location.href);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("input[name=csrf]");
    return found ? found.value : "";
  };
  const send = async (form) => {
    const buttons = form.querySelectorAll("button");
    buttons.forEach((button) => { button.disabled = true; });
    form.setAttribute("aria-busy", "true");
    // The token belongs to the session, which may be another one by now.
    const token = form.querySelector("input[name=csrf]");
    for (;;) {
      if (token) { token.value = await freshToken(); }
      const response = await ask(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "text/html" } });
      if (response.redirected) { location.assign(response.url); return; }
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      form.removeAttribute("aria-busy");
      buttons.forEach((button) => { button.disabled = false; });
      answered(form, page, response);
      return;
    }
  };
  const answered = (form, page, response) => {
    const part = page.getElementById("verdict-part");
    const dialog = document.getElementById("verdict");
    if (part && dialog && dialog.open) { show(dialog, part, ""); return; }
    const main = page.querySelector("main");
    if (!main) { location.reload(); return; }
    // The chosen file cannot be put back by the service, but it is still in this form.
    const file = form.querySelector("input[type=file]");
    document.querySelector("main").replaceWith(main);
    const again = main.querySelector("input[type=file]");
    if (file && again && file.files.length) { again.files = file.files; }
    history.replaceState(null, "", response.url.includes("/plans?") ? location.href : response.url);
    begin();
    const faults = document.getElementById("faults");
    if (faults) { faults.focus(); faults.scrollIntoView({ block: "start" }); }
  };

  /* Files: dropped or chosen, and not larger than may be sent. */
  const watchFiles = (zone) => {
    const input = zone.querySelector("input[type=file]");
    const told = document.getElementById("cargo-fault");
    const check = () => {
      const file = input.files[0];
      const isLarge = file && file.size > Number(input.dataset.most);
      told.textContent = isLarge ? input.dataset.tooLarge : "";
      input.setCustomValidity(isLarge ? input.dataset.tooLarge : "");
      const source = input.form.querySelector("input[name=source][value=file]");
      if (file && source) { source.checked = true; }
    };
    input.addEventListener("change", check);
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
    }
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; check(); }
    });
  };

  /* Jobs: each event has the part of the page drawn anew, at most once a second. */
  const watchJob = (place) => {
    const part = () => document.getElementById("job-part");
    if (!["queued", "running"].includes(part().dataset.state)) { return; }
    let waiting = 0;
    let source = null;
    const draw = async () => {
      waiting = 0;
      const isOpen = place.querySelector("details")?.open;
      const response = await ask(location.href, { headers: PART });
      if (!response.ok) { soon(); return; }
      place.innerHTML = await response.text();
      if (isOpen && place.querySelector("details")) { place.querySelector("details").open = true; }
      if (["queued", "running"].includes(part().dataset.state)) { return; }
      source?.close();
      document.querySelector("[data-while-running]")?.remove();
      if (part().dataset.result) { location.assign(part().dataset.result); }
    };
    const soon = () => { waiting = waiting || setTimeout(draw, 900); };
    const listen = () => {
      source = new EventSource(`${place.dataset.job}?after=${part().dataset.seen}`);
      for (const name of ["state", "progress", "end"]) { source.addEventListener(name, soon); }
      source.onerror = () => {
        // The browser tries again by itself unless it was refused; then the session may be over.
        soon();
        if (source.readyState === EventSource.CLOSED) { setTimeout(() => ask(location.href, { headers: PART }).then(listen), 2000); }
      };
    };
    listen();
  };

  /* Boxes: a card that is dropped, or sent elsewhere by its list, is checked at once. */
  const show = (dialog, part, title) => {
    const head = dialog.querySelector("h2") || document.createElement("h2");
    head.id = "verdict-title";
    if (title) { head.textContent = title; }
    const note = dialog.querySelector("#resume");
    if (note) { document.querySelector("main").prepend(note); }
    dialog.replaceChildren(head, part);
    for (const button of dialog.querySelectorAll("[data-close]")) {
      button.hidden = false;
      button.addEventListener("click", () => dialog.close());
    }
    watchForms(dialog);
    watchMovers(dialog, () => "");
    if (!dialog.open) { dialog.showModal(); }
    if (!dialog.contains(document.activeElement)) { dialog.focus(); }
  };
  const check = async (address, asked, title) => {
    const dialog = document.getElementById("verdict");
    const wait = document.createElement("p");
    wait.className = "skeleton";
    show(dialog, wait, title);
    const response = await ask(`${address.split("?")[0]}?${new URLSearchParams(asked)}`, { headers: PART });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const part = page.getElementById("verdict-part") || page.querySelector("main");
    if (part) { show(dialog, part, ""); } else { dialog.close(); }
  };
  const watchMovers = (within, title) => {
    for (const form of within.querySelectorAll("form.mover")) {
      form.addEventListener("submit", (event) => { event.preventDefault(); check(form.action, new FormData(form), title(form)); });
    }
  };
  const watchBoard = (board) => {
    let held = null;
    const name = (lane) => lane.querySelector("h3").textContent;
    for (const piece of board.querySelectorAll(".piece[draggable]")) {
      piece.addEventListener("dragstart", (event) => {
        held = piece;
        piece.classList.add("held");
        // Boxes that are not in its list cannot take it; whoever drops it there all the same is told why.
        const open = [...piece.querySelectorAll("select[name=load] option:enabled")].map((option) => option.value);
        for (const lane of board.querySelectorAll(".lane[data-load]")) {
          lane.classList.toggle("shut", lane !== piece.closest(".lane") && !open.includes(lane.dataset.load));
        }
        event.dataTransfer.setData("text/plain", piece.dataset.shipment);
        event.dataTransfer.effectAllowed = "move";
      });
      piece.addEventListener("dragend", () => {
        held = null;
        piece.classList.remove("held");
        board.querySelectorAll(".lane.shut").forEach((lane) => lane.classList.remove("shut"));
      });
    }
    for (const lane of board.querySelectorAll(".lane[data-load]:not([data-fixed])")) {
      const takes = () => held && held.closest(".lane") !== lane;
      lane.addEventListener("dragover", (event) => { if (takes()) { event.preventDefault(); lane.classList.add("over"); } });
      lane.addEventListener("dragleave", (event) => { if (!lane.contains(event.relatedTarget)) { lane.classList.remove("over"); } });
      lane.addEventListener("drop", (event) => {
        event.preventDefault();
        lane.classList.remove("over");
        if (!takes()) { return; }
        const { shipment } = held.dataset;
        check(board.dataset.board, { lang, shipment, load: lane.dataset.load }, `${shipment} → ${name(lane)}`);
      });
    }
    watchMovers(board, (form) => {
      const { shipment, load } = form.elements;
      return `${shipment.value} → ${load.selectedOptions[0].textContent}`;
    });
  };

  /* Time that is left, told anew every half minute. */
  const clock = document.querySelector("[data-now]");
  // The clock of this machine may be wrong; that of the service counts.
  const ahead = clock ? Date.now() - new Date(clock.dataset.now) : 0;
  const tell = (time) => {
    const minutes = Math.floor((new Date(time.dateTime) - Date.now() + ahead) / 60000);
    if (minutes < 0) { time.textContent = time.dataset.over; return; }
    const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
    const unit = time.dataset.units.split("|").map((word) => ` ${word} `);
    const text = (days ? days + unit[0] : "") + (days || hours ? hours + unit[1] : "") + (days ? "" : rest + unit[2]);
    time.textContent = time.dataset.in.replace("#", text.trim());
  };
  const watchTimes = () => { document.querySelectorAll("time.countdown").forEach(tell); };

  /* Somebody else may change the plan meanwhile. */
  const watchNews = (place) => {
    setInterval(async () => {
      if (document.hidden || place.children.length) { return; }
      try {
        const response = await fetch(place.dataset.news, { headers: PART });
        if (response.status === 200 && !isLogIn(response)) { place.innerHTML = await response.text(); }
      } catch { /* The next time. */ }
    }, 15000);
  };

  const watchForms = (within) => {
    for (const form of within.querySelectorAll("form[data-keep]")) {
      form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });
    }
  };
  const begin = () => {
    watchForms(document);
    document.querySelectorAll("[data-drop]").forEach(watchFiles);
    for (const button of document.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => print());
    }
  };

  begin();
  watchTimes();
  setInterval(watchTimes, 30000);
  document.querySelectorAll("[data-job]").forEach(watchJob);
  document.querySelectorAll("[data-board]").forEach(watchBoard);
  document.querySelectorAll("[data-news]").forEach(watchNews);
})();
