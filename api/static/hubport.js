"use strict";
/* Suggestions for places, and choosing an option without loading the page again. The page works without this. */
(() => {
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

  class Places {
    constructor(input) {
      this.input = input;
      this.found = [];
      this.at = -1;
      this.timer = 0;
      this.asked = 0;
      this.list = document.createElement("ul");
      this.list.className = "choices";
      this.list.id = `${input.id}-choices`;
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", input.labels[0].textContent);
      this.list.hidden = true;
      input.parentElement.append(this.list);
      const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
      for (const [name, value] of Object.entries(roles)) { input.setAttribute(name, value); }
      input.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.ask(), 120); });
      input.addEventListener("keydown", (event) => this.key(event));
      input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    }

    async ask() {
      const text = this.input.value.trim();
      const turn = ++this.asked;
      if (!text) { this.close(); return; }
      const response = await fetch(`/v1/locations?limit=8&q=${encodeURIComponent(text.slice(0, 200))}`);
      const found = response.ok ? await response.json() : [];
      // An answer to an earlier text may come later.
      if (turn === this.asked && document.activeElement === this.input) { this.show(found); }
    }

    show(found) {
      this.found = found;
      this.at = -1;
      this.list.replaceChildren(...found.map((place, index) => {
        const item = document.createElement("li");
        item.id = `${this.list.id}-${index}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const names = lang === "zh" ? [place.name_zh, place.name_en] : [place.name_en, place.name_zh];
        for (const [tag, text] of [["span", names[0]], ["small", names[1]], ["code", place.code]]) {
          const part = document.createElement(tag);
          part.textContent = text;
          item.append(part);
        }
        item.addEventListener("mousedown", (event) => { event.preventDefault(); this.take(index); });
        return item;
      }));
      this.list.hidden = found.length === 0;
      this.input.setAttribute("aria-expanded", String(found.length > 0));
      this.input.removeAttribute("aria-activedescendant");
    }

    key(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && !this.list.hidden) {
        event.preventDefault();
        this.move((this.at + step + this.found.length) % this.found.length);
      } else if (event.key === "Enter" && !this.list.hidden && this.at >= 0) {
        event.preventDefault();
        this.take(this.at);
      } else if (event.key === "Escape") {
        this.close();
      }
    }

    move(index) {
      this.at = index;
      [...this.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
      this.input.setAttribute("aria-activedescendant", this.list.children[index].id);
      this.list.children[index].scrollIntoView({ block: "nearest" });
    }

    take(index) {
      const place = this.found[index];
      this.input.value = `${lang === "zh" ? place.name_zh : place.name_en} (${place.code})`;
      this.close();
    }

    close() {
      this.asked += 1;
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  const choose = (number, event) => {
    const frame = document.querySelector("iframe[data-base]");
    if (!frame) { return; }
    event.preventDefault();
    frame.contentWindow.location.replace(frame.dataset.base + number);
    const title = document.querySelector("[data-map-title]");
    title.textContent = title.dataset.template.replace("#", number);
    for (const body of document.querySelectorAll("tbody[data-option]")) {
      body.classList.toggle("chosen", body.dataset.option === number);
    }
    for (const mark of document.querySelectorAll(".chart a[data-option]")) {
      if (mark.dataset.option === number) { mark.setAttribute("aria-current", "true"); } else { mark.removeAttribute("aria-current"); }
      // What is drawn last lies on top.
      if (mark.dataset.option === number && event.currentTarget !== mark) { mark.parentElement.append(mark); }
    }
    document.getElementById("map").scrollIntoView({ block: "nearest", behavior: "smooth" });
  };

  for (const input of document.querySelectorAll("[data-places]")) { new Places(input); }
  for (const link of document.querySelectorAll("[data-show]")) {
    link.addEventListener("click", (event) => choose(link.dataset.show, event));
  }
  for (const link of document.querySelectorAll(".chart [data-option]")) {
    link.addEventListener("click", (event) => choose(link.dataset.option, event));
  }
})();
