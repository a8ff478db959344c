"use strict";
/* A plan on the map: flows that a slider shows for one day of departure, or for all. */
(function () {
  const plan = window.HUBPORT_PLAN;
  const backdrop = window.hubportMap.backdrop;
  const feature = window.hubportMap.feature;
  const flows = [];
  let day = -1;
  const apply = (flow) => {
    const weight = day < 0 ? flow.weight : plan.weights[flow.id][day];
    const element = flow.layer.getElement();
    if (weight === undefined) { flow.layer.closePopup(); } else { flow.layer.setStyle({ weight: weight }); }
    if (element) { element.style.display = weight === undefined ? "none" : ""; }
  };
  /* A popup lists the departures of all days; those of other days are left out. */
  const narrow = (root) => {
    for (const part of root.querySelectorAll("[data-day]")) { part.hidden = day >= 0 && Number(part.dataset.day) !== day; }
  };
  const slider = () => {
    const box = L.DomUtil.create("div", "plan-days");
    const label = L.DomUtil.create("label", "", box);
    label.textContent = plan.heading;
    const output = L.DomUtil.create("output", "", box);
    const input = L.DomUtil.create("input", "", label.parentNode);
    Object.assign(input, { type: "range", id: "plan-day", min: -1, max: plan.days.length - 1, step: 1, value: -1 });
    label.htmlFor = "plan-day";
    const show = () => {
      day = Number(input.value);
      output.textContent = plan.labels[day + 1];
      input.setAttribute("aria-valuetext", output.textContent);
      flows.forEach(apply);
      document.querySelectorAll(".flow").forEach(narrow);
    };
    input.addEventListener("input", show);
    output.textContent = plan.labels[0];
    input.setAttribute("aria-valuetext", plan.labels[0]);
    L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
    return box;
  };
  window.hubportMap.backdrop = (map, options) => {
    backdrop(map, Object.assign({}, options, { title: plan.title }));
    const control = L.control({ position: "topright" });
    control.onAdd = slider;
    if (plan.days.length) { control.addTo(map); }
    map.on("popupopen", (event) => narrow(event.popup.getElement()));
  };
  window.hubportMap.feature = (item, layer) => {
    feature(item, layer);
    const found = /^<div class="flow" data-flow="(\d+)">/.exec(item.properties.popup || "");
    if (!found) { return; }
    const flow = { id: Number(found[1]), layer: layer, weight: item.properties.style.weight };
    flows.push(flow);
    layer.on("add", () => apply(flow));
  };
})();
