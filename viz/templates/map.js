"use strict";
/* What every Hubport map shares: the coast and the grid behind it, popups, labels that do not cover each other. */
L.Control.Layers.addInitHook(function () {
  // On a telephone the legend would cover the map; a touch unfolds it.
  if (window.innerWidth < 560) { this.options.collapsed = true; }
});
window.hubportMap = {
  backdrop(map, options) {
    map.createPane("backdrop").style.zIndex = 150;
    const place = (turn) => ({
      pane: "backdrop", interactive: false, renderer: L.svg({ pane: "backdrop", padding: 0.6 }),
      coordsToLatLng: (c) => L.latLng(c[1], c[0] + turn),
      style: { color: options.coast, weight: 0.7, fillColor: options.land, fillOpacity: 1 },
    });
    const line = { pane: "backdrop", interactive: false, color: options.grid, weight: 0.7 };
    for (let lon = -180; lon <= 540; lon += 30) { L.polyline([[-75, lon], [85, lon]], line).addTo(map); }
    for (let lat = -60; lat <= 75; lat += 15) { L.polyline([[lat, -180], [lat, 540]], line).addTo(map); }
    for (const turn of [-360, 0, 360]) { L.geoJson(window.HUBPORT_LAND, place(turn)).addTo(map); }
    map.attributionControl.setPrefix("Leaflet").addAttribution(options.attribution);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    if (options.title) {
      const box = L.control({ position: "topleft" });
      box.onAdd = () => { const e = L.DomUtil.create("div", "map-title"); e.textContent = options.title; return e; };
      box.addTo(map);
    }
    const tidy = () => window.hubportMap.declutter(map);
    map.on("zoomend moveend resize overlayadd overlayremove", tidy);
    window.setTimeout(tidy, 0);
  },
  /* The texts arrive escaped: viz/popups.py is the only place that makes markup. */
  feature(feature, layer) {
    const p = feature.properties;
    if (p.popup) { layer.bindPopup(p.popup, { maxWidth: 340 }); }
    if (p.label) {
      layer.bindTooltip(p.label, { permanent: true, direction: p.side, offset: p.side === "top" ? [0, -8] : [8, 0], className: "place" });
      layer.hubportRank = p.rank || 0;
    } else if (p.tip) {
      layer.bindTooltip(p.tip, { sticky: true, className: "tip" });
    }
  },
  declutter(map) {
    const labels = [];
    map.eachLayer((layer) => {
      const tip = layer.hubportRank === undefined ? null : layer.getTooltip();
      if (tip && tip.getElement()) { labels.push([layer.hubportRank, tip.getElement()]); }
    });
    labels.sort((a, b) => a[0] - b[0]);
    const taken = [];
    for (const [, element] of labels) {
      element.style.visibility = "";
      const r = element.getBoundingClientRect();
      const hit = taken.some((t) => r.left < t.right && t.left < r.right && r.top < t.bottom && t.top < r.bottom);
      if (hit) { element.style.visibility = "hidden"; } else { taken.push(r); }
    }
  },
};
