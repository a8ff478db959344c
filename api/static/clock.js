"use strict";
/* Clocks of work that runs: each goes on by itself between two answers of the service, however long the next one takes. */
(() => {
  const seen = new WeakMap();
  const tick = () => {
    for (const clock of document.querySelectorAll("[data-clock]")) {
      // A part of a page that is drawn anew brings another clock, with the seconds that the service counts.
      if (!seen.has(clock)) { seen.set(clock, performance.now()); }
      const seconds = Number(clock.dataset.seconds) + Math.floor((performance.now() - seen.get(clock)) / 1000);
      const text = clock.dataset.clock.replace("#", seconds);
      if (clock.textContent !== text) { clock.textContent = text; }
    }
  };
  tick();
  setInterval(tick, 250);
})();
