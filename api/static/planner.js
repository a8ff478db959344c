"use strict";
/* The planner's maps: one canvas over Leaflet draws land, lines, places and labels of a sheet (see viz/sheet.py). */
(function () {
  const LOOK = { land: "#fbfaf6", coast: "#b9c6d0", grid: "#cfdae3", ink: "#1d2733" };
  /* Points that are drawn at once; what is more waits for the next frame, so that a pan never waits. */
  const SLICE = 4000;
  const SEEN_EVERY = 300;
  /* How long the first picture stands before what lies beyond it is drawn. */
  const FIRST_MS = 400;
  /* Pixels: points nearer to the last one, or to the line that goes on to the next, are left out. */
  const CLOSE = 3;
  const FLAT = 0.7;
  const LONGEST = 160;
  /* Lines that stand in for a way that is not known. */
  const SKETCHED = [2, 6];
  const NEAR = 7;
  const merX = (lon) => (lon + 180) / 360;
  const merY = (lat) => {
    const s = Math.sin(Math.max(-84, Math.min(84, lat)) * Math.PI / 180);
    return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
  };
  const node = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) { made.className = name; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  };
  const svg = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) { made.setAttribute(name, value); }
    return made;
  };

  /* A line in the unit square of Mercator's projection, with its bounds. */
  const shape = (points) => {
    const at = new Float64Array(points.length);
    let [west, north, east, south] = [9, 9, -9, -9];
    for (let i = 0; i < points.length; i += 2) {
      const x = merX(points[i]);
      const y = merY(points[i + 1]);
      at[i] = x; at[i + 1] = y;
      if (x < west) { west = x; } if (x > east) { east = x; }
      if (y < north) { north = y; } if (y > south) { south = y; }
    }
    return { at, west, north, east, south, zoom: -1, px: null };
  };
  /* The same in pixels of a zoom, without the points that lie so near to the line through the others that nobody sees it. */
  const pixels = (line, zoom) => {
    if (line.zoom === zoom) { return line.px; }
    const scale = 256 * Math.pow(2, zoom);
    const at = line.at;
    const found = new Float64Array(at.length);
    let used = 0;
    for (let i = 0; i < at.length; i += 2) {
      const x = at[i] * scale;
      const y = at[i + 1] * scale;
      if (used && i + 2 < at.length) {
        const [px, py] = [found[used - 2], found[used - 1]];
        const [dx, dy] = [at[i + 2] * scale - px, at[i + 3] * scale - py];
        const length = Math.hypot(dx, dy);
        const away = length ? Math.abs(dx * (y - py) - dy * (x - px)) / length : 0;
        if (Math.hypot(x - px, y - py) < CLOSE || (away < FLAT && length < LONGEST)) { continue; }
      }
      found[used] = x; found[used + 1] = y; used += 2;
    }
    line.zoom = zoom;
    line.px = found.slice(0, used);
    return line.px;
  };
  const unpacked = (packed) => {
    const points = new Array(packed.length);
    let [lon, lat] = [0, 0];
    for (let i = 0; i < packed.length; i += 2) {
      lon += packed[i]; lat += packed[i + 1];
      points[i] = lon / 100; points[i + 1] = lat / 100;
    }
    return points;
  };

  let landShapes = null;
  const land = () => {
    if (!landShapes) {
      landShapes = [];
      for (const polygon of window.HUBPORT_LAND.geometry.coordinates) {
        for (const turn of [-360, 0, 360]) {
          landShapes.push(shape(polygon[0].flatMap(([lon, lat]) => [lon + turn, lat])));
        }
      }
    }
    return landShapes;
  };

  const CORNERS = {
    square: [-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, -0.9, 0.9],
    triangle: [0, -1.25, 1.15, 0.85, -1.15, 0.85],
    diamond: [0, -1.2, 1.2, 0, 0, 1.2, -1.2, 0],
  };
  const markPath = (ctx, mark, x, y, r) => {
    ctx.beginPath();
    const corners = CORNERS[mark];
    if (!corners) { ctx.arc(x, y, r, 0, 2 * Math.PI); return; }
    for (let i = 0; i < corners.length; i += 2) {
      if (i) { ctx.lineTo(x + corners[i] * r, y + corners[i + 1] * r); } else { ctx.moveTo(x + corners[i] * r, y + corners[i + 1] * r); }
    }
    ctx.closePath();
  };

  /* Dashes grow with the width of a line, so that a wide one has few of them. */
  const dashes = (layer, path, width) => {
    const grown = Math.max(1, path.s ? width : width / 2);
    return (path.s ? SKETCHED : layer.dash).map((length) => length * grown);
  };

  const Picture = L.Renderer.extend({
    options: { padding: 0.25 },
    initialize(sheet, hasTiles) {
      L.Renderer.prototype.initialize.call(this, {});
      this.sheet = sheet;
      this.hasTiles = hasTiles;
      this.step = -1;
      this.drawn = 0;
      this.seen = performance.now();
      this.widths = new Map();
      this.shown = sheet.layers.map((layer) => layer.shown);
      this.paths = sheet.paths.map((path) => ({ ...path, lines: path.c.map((piece) => shape(unpacked(piece))) }));
      this.order = this.paths.map((_, index) => index).sort((a, b) => this.paths[a].l - this.paths[b].l || this.paths[b].w - this.paths[a].w);
      this.spots = sheet.spots.map((spot) => ({ ...spot, ux: spot.x.map(merX), uy: merY(spot.y) })).sort((a, b) => a.l - b.l);
      this.named = this.spots.filter((spot) => spot.k !== null).sort((a, b) => a.k - b.k);
    },
    _initContainer() {
      this._container = node("canvas", "sheet-canvas");
      this._container.setAttribute("role", "img");
      this._container.setAttribute("aria-label", this.sheet.title);
      this._back = document.createElement("canvas");
    },
    _destroyContainer() { window.cancelAnimationFrame(this._waiting); this._container.remove(); delete this._container; },
    /* A new picture is drawn beside the old one, slice by slice, and takes its place when it is whole; the first one
       shows as it grows. */
    _update() {
      if (this._map._animatingZoom && this._bounds) { return; }
      const size = this._map.getSize();
      /* The first picture is what is seen; what a pan will need beyond it is drawn after. */
      const padding = this.drawn ? this.options.padding : 0;
      const min = this._map.containerPointToLayerPoint(size.multiplyBy(-padding)).round();
      const bounds = L.bounds(min, min.add(size.multiplyBy(1 + 2 * padding)).round());
      const origin = this._map.getPixelOrigin().add(bounds.min);
      const zoom = this._map.getZoom();
      const next = { bounds, zoom, center: this._map.getCenter(), size: bounds.getSize(), x: origin.x, y: origin.y, scale: 256 * Math.pow(2, zoom) };
      window.cancelAnimationFrame(this._waiting);
      const job = this.drawing(next);
      const go = () => {
        if (job.next().done) {
          const isFirst = !this.drawn;
          this.show(next);
          this.drawn = performance.now() - this.began;
          this.whole();
          if (isFirst) { window.setTimeout(() => this.redraw(), FIRST_MS); }
          return;
        }
        const now = performance.now();
        if (!this.drawn && now - this.seen > SEEN_EVERY) { this.seen = now; this.show(next); }
        this._waiting = window.requestAnimationFrame(go);
      };
      go();
    },
    _reset() {
      this._update();
      if (this._bounds) { this._updateTransform(this._map.getCenter(), this._map.getZoom()); }
    },
    show(next) {
      Object.assign(this, { _bounds: next.bounds, _center: next.center, _zoom: next.zoom, at: next });
      if (this._container.width !== this._back.width || this._container.height !== this._back.height) {
        this._container.width = this._back.width;
        this._container.height = this._back.height;
        this._container.style.width = `${next.size.x}px`;
        this._container.style.height = `${next.size.y}px`;
      }
      L.DomUtil.setPosition(this._container, next.bounds.min);
      const ctx = this._container.getContext("2d");
      ctx.clearRect(0, 0, this._back.width, this._back.height);
      ctx.drawImage(this._back, 0, 0);
      if (this._map.getZoom() !== next.zoom) { this._updateTransform(this._map.getCenter(), this._map.getZoom()); }
    },
    redraw() { if (this._map) { this._update(); } },
    width(path) {
      if (this.step < 0 || !path.b) { return path.w; }
      return path.b[this.step];
    },
    * drawing(at) {
      this.began = performance.now();
      const { size } = at;
      const dense = Math.min(2, window.devicePixelRatio || 1);
      this._back.width = dense * size.x;
      this._back.height = dense * size.y;
      const ctx = this._back.getContext("2d");
      ctx.setTransform(dense, 0, 0, dense, 0, 0);
      this.view = { west: at.x / at.scale, north: at.y / at.scale, east: (at.x + size.x) / at.scale, south: (at.y + size.y) / at.scale };
      if (!this.hasTiles) { this.backdrop(ctx, at, size); }
      yield* this.drawPaths(ctx, at);
      this.drawSpots(ctx, at);
      this.drawLabels(ctx, at, size);
    },
    isSeen(line) {
      const v = this.view;
      return line.west <= v.east && line.east >= v.west && line.north <= v.south && line.south >= v.north;
    },
    trace(ctx, line, at) {
      const px = pixels(line, at.zoom);
      ctx.moveTo(px[0] - at.x, px[1] - at.y);
      for (let i = 2; i < px.length; i += 2) { ctx.lineTo(px[i] - at.x, px[i + 1] - at.y); }
    },
    backdrop(ctx, at, size) {
      ctx.lineWidth = 0.7;
      ctx.strokeStyle = LOOK.grid;
      ctx.beginPath();
      for (let lon = -180; lon <= 540; lon += 30) { const x = merX(lon) * at.scale - at.x; ctx.moveTo(x, 0); ctx.lineTo(x, size.y); }
      for (let lat = -60; lat <= 75; lat += 15) { const y = merY(lat) * at.scale - at.y; ctx.moveTo(0, y); ctx.lineTo(size.x, y); }
      ctx.stroke();
      ctx.strokeStyle = LOOK.coast;
      ctx.fillStyle = LOOK.land;
      ctx.beginPath();
      for (const line of land()) { if (this.isSeen(line)) { this.trace(ctx, line, at); ctx.closePath(); } }
      ctx.fill();
      ctx.stroke();
    },
    * drawPaths(ctx, at) {
      let style = "";
      let points = 0;
      ctx.lineJoin = "bevel";
      ctx.lineCap = "butt";
      for (const index of this.order) {
        const path = this.paths[index];
        const width = this.shown[path.l] ? this.width(path) : undefined;
        if (width === undefined) { continue; }
        const wanted = `${path.l}/${width}/${path.o}/${path.s || 0}`;
        if (wanted !== style) {
          const layer = this.sheet.layers[path.l];
          style = wanted;
          ctx.strokeStyle = layer.colour;
          ctx.globalAlpha = path.o;
          ctx.lineWidth = layer.width * width;
          ctx.setLineDash(dashes(layer, path, ctx.lineWidth));
        }
        for (const line of path.lines) {
          if (!this.isSeen(line)) { continue; }
          ctx.beginPath();
          this.trace(ctx, line, at);
          ctx.stroke();
          points += line.px.length / 2;
        }
        if (points > SLICE) { points = 0; yield; }
      }
      ctx.globalAlpha = 1;
      ctx.setLineDash([]);
    },
    drawSpots(ctx, at) {
      ctx.strokeStyle = "#fff";
      ctx.lineWidth = 1.3;
      for (const spot of this.spots) {
        if (!this.shown[spot.l]) { continue; }
        const layer = this.sheet.layers[spot.l];
        ctx.fillStyle = spot.h || layer.colour;
        for (const x of spot.ux) {
          markPath(ctx, layer.mark, x * at.scale - at.x, spot.uy * at.scale - at.y, spot.r);
          ctx.fill();
          ctx.stroke();
        }
      }
    },
    drawLabels(ctx, at, size) {
      ctx.font = "600 12.5px system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
      ctx.textBaseline = "middle";
      const taken = [];
      for (const spot of this.named) {
        if (!this.shown[spot.l]) { continue; }
        for (const ux of spot.ux) {
          const x = ux * at.scale - at.x;
          const y = spot.uy * at.scale - at.y;
          if (x < 0 || y < 0 || x > size.x || y > size.y) { continue; }
          if (!this.widths.has(spot.t)) { this.widths.set(spot.t, ctx.measureText(spot.t).width); }
          const wide = this.widths.get(spot.t);
          const box = [x + spot.r + 3, y - 10, x + spot.r + wide + 13, y + 10];
          if (taken.some((t) => box[0] < t[2] && t[0] < box[2] && box[1] < t[3] && t[1] < box[3])) { continue; }
          taken.push(box);
          ctx.fillStyle = "rgba(255,255,255,.92)";
          ctx.strokeStyle = "#c6d1da";
          ctx.lineWidth = 1;
          ctx.beginPath();
          ctx.roundRect(box[0], box[1], wide + 10, 20, 5);
          ctx.fill();
          ctx.stroke();
          ctx.fillStyle = LOOK.ink;
          ctx.fillText(spot.t, box[0] + 5, y + 0.5);
        }
      }
    },
    /* What lies under a point of the map, the places first. */
    pick(point) {
      const { at } = this;
      if (!at) { return null; }
      const x = point.x - this._bounds.min.x;
      const y = point.y - this._bounds.min.y;
      let [best, least] = [null, Infinity];
      for (const spot of this.spots) {
        if (!this.shown[spot.l]) { continue; }
        for (const ux of spot.ux) {
          const away = Math.hypot(ux * at.scale - at.x - x, spot.uy * at.scale - at.y - y) - spot.r;
          if (away < 5 && away < least) { [best, least] = [spot, away]; }
        }
      }
      if (best) { return best; }
      for (const path of this.paths) {
        const width = this.shown[path.l] ? this.width(path) : undefined;
        if (width === undefined) { continue; }
        const reach = NEAR + width;
        for (const line of path.lines) {
          if (!this.isNear(line, x + at.x, y + at.y, reach, at.scale)) { continue; }
          const away = this.distance(pixels(line, at.zoom), x + at.x, y + at.y);
          if (away < reach && away < least) { [best, least] = [path, away]; }
        }
      }
      return best;
    },
    isNear(line, x, y, reach, scale) {
      return line.west * scale - reach <= x && line.east * scale + reach >= x && line.north * scale - reach <= y && line.south * scale + reach >= y;
    },
    distance(px, x, y) {
      let least = Infinity;
      for (let i = 0; i + 3 < px.length; i += 2) {
        const [dx, dy] = [px[i + 2] - px[i], px[i + 3] - px[i + 1]];
        const length = dx * dx + dy * dy;
        const share = length ? Math.max(0, Math.min(1, ((x - px[i]) * dx + (y - px[i + 1]) * dy) / length)) : 0;
        least = Math.min(least, Math.hypot(px[i] + share * dx - x, px[i + 1] + share * dy - y));
      }
      return least;
    },
  });

  /* Texts of a sheet are only ever set as text. */
  const card = (item) => {
    const made = node("div", "sheet-card");
    made.append(node("h3", "", item.t));
    const list = node("dl");
    for (const [name, value] of item.f) { list.append(node("dt", "", name), node("dd", "", value)); }
    made.append(list);
    return made;
  };
  const sample = (layer) => {
    const made = svg("svg", { width: 34, height: 14, "aria-hidden": "true", focusable: "false" });
    const corners = CORNERS[layer.mark];
    if (layer.mark === "line") {
      made.append(svg("line", { x1: 1, y1: 7, x2: 33, y2: 7, stroke: layer.colour, "stroke-width": Math.max(1.6, layer.width), "stroke-dasharray": layer.dash.join(" ") }));
    } else if (corners) {
      const points = corners.map((value, index) => (index % 2 ? 7 : 17) + value * 5.5);
      made.append(svg("polygon", { points: points.join(" "), fill: layer.colour }));
    } else {
      made.append(svg("circle", { cx: 17, cy: 7, r: 5.5, fill: layer.colour }));
    }
    return made;
  };
  /* It stands below the map, so that no place is ever under it. */
  const legend = (holder, picture) => {
    const box = node("details", "sheet-legend");
    box.open = window.innerWidth >= 720;
    box.append(node("summary", "", holder.dataset.legend));
    const list = node("div", "sheet-layers");
    picture.sheet.layers.forEach((layer, index) => {
      const label = node("label");
      const input = node("input");
      input.type = "checkbox";
      input.checked = layer.shown;
      input.addEventListener("change", () => { picture.shown[index] = input.checked; picture.redraw(); });
      label.append(input, sample(layer), node("span", "", layer.name));
      list.append(label);
    });
    box.append(list);
    holder.after(box);
  };
  const slider = (holder, picture) => {
    const { steps, stepsName } = picture.sheet;
    if (steps.length < 2) { return; }
    const row = node("div", "sheet-steps");
    const input = node("input");
    const output = node("output", "", steps[0]);
    const label = node("label", "", stepsName);
    const play = node("button", "small plain", "▶");
    Object.assign(input, { type: "range", min: -1, max: steps.length - 2, step: 1, value: -1, id: `${holder.id}-step` });
    label.htmlFor = input.id;
    play.type = "button";
    play.setAttribute("aria-label", `▶ ${stepsName}`);
    let timer = 0;
    const show = () => {
      picture.step = Number(input.value);
      output.textContent = steps[picture.step + 1];
      input.setAttribute("aria-valuetext", output.textContent);
      picture.redraw();
    };
    const stop = () => { window.clearInterval(timer); timer = 0; play.textContent = "▶"; };
    play.addEventListener("click", () => {
      if (timer) { stop(); return; }
      play.textContent = "❚❚";
      timer = window.setInterval(() => {
        input.value = Number(input.value) >= steps.length - 2 ? 0 : Number(input.value) + 1;
        show();
      }, 900);
    });
    input.addEventListener("input", () => { stop(); show(); });
    input.setAttribute("aria-valuetext", steps[0]);
    row.append(play, label, input, output);
    holder.after(row);
  };

  const watchPointer = (map, picture) => {
    let waiting = false;
    map.on("mousemove", (event) => {
      if (waiting) { return; }
      waiting = true;
      window.requestAnimationFrame(() => {
        waiting = false;
        const found = picture.pick(event.layerPoint);
        map.getContainer().classList.toggle("over", Boolean(found));
        if (!found) { map.closeTooltip(picture.tip); return; }
        picture.tip.setContent(node("span", "", found.t)).setLatLng(event.latlng);
        if (!map.hasLayer(picture.tip)) { map.openTooltip(picture.tip); }
      });
    });
    map.on("mouseout", () => map.closeTooltip(picture.tip));
    map.on("click", (event) => {
      const found = picture.pick(event.layerPoint);
      if (found) { map.closeTooltip(picture.tip); L.popup({ maxWidth: 340, maxHeight: 300 }).setLatLng(event.latlng).setContent(card(found)).openOn(map); }
    });
  };
  const partners = {};
  const follow = (map, group) => {
    const others = partners[group] || (partners[group] = []);
    let isLed = false;
    map.on("move", () => {
      if (isLed) { return; }
      for (const other of others) { if (other.map !== map) { other.lead(map); } }
    });
    others.push({ map, lead: (from) => { isLed = true; map.setView(from.getCenter(), from.getZoom(), { animate: false }); isLed = false; } });
  };

  const fit = (map, view) => {
    const [south, west, north, east] = view || [-10, -10, 62, 150];
    map.fitBounds([[south, west], [north, east]], { padding: [26, 26], maxZoom: 9, animate: false });
  };
  const open = (holder, sheet) => {
    const words = holder.dataset;
    const map = L.map(holder, {
      zoomSnap: 0.25, minZoom: 1, maxZoom: 12, worldCopyJump: false, attributionControl: true, preferCanvas: true,
      maxBounds: [[-78, -240], [87, 540]], maxBoundsViscosity: 0.6,
    });
    map.attributionControl.setPrefix("Leaflet");
    if (words.tiles) {
      L.tileLayer(words.tiles, { attribution: words.tilesBy, maxZoom: 18 }).addTo(map);
    } else {
      map.attributionControl.addAttribution(words.coast);
    }
    fit(map, sheet.view);
    const picture = new Picture(sheet, Boolean(words.tiles));
    picture.whole = () => {
      holder.removeAttribute("aria-busy");
      holder.dataset.ready = "yes";
      /* After the frame that shows it, for whoever measures. */
      window.requestAnimationFrame(() => window.setTimeout(() => performance.mark("map-visible")));
    };
    picture.tip = L.tooltip({ className: "sheet-tip", direction: "top", offset: [0, -6] });
    picture.addTo(map);
    legend(holder, picture);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    slider(holder, picture);
    watchPointer(map, picture);
    if (words.sync) { follow(map, words.sync); }
    holder.hubport = { map, picture };
    new ResizeObserver(() => map.invalidateSize()).observe(holder);
  };
  const start = async (holder) => {
    if (holder.dataset.state) { return; }
    holder.dataset.state = "started";
    const inside = document.getElementById(`${holder.id}-data`);
    try {
      const sheet = inside ? JSON.parse(inside.textContent) : await (await fetch(holder.dataset.src)).json();
      holder.replaceChildren();
      open(holder, sheet);
    } catch (error) {
      holder.removeAttribute("aria-busy");
      holder.replaceChildren(node("p", "sheet-failed", holder.dataset.failed));
    }
  };
  const startAll = (root) => { for (const holder of root.querySelectorAll(".sheet")) { start(holder); } };

  /* The comparison of a scenario comes in pieces: how far it is, then the tables and maps. */
  const compare = (box) => {
    const bar = box.querySelector("progress");
    const said = box.querySelector("[data-said]");
    const stop = box.querySelector("button");
    const control = new AbortController();
    stop.addEventListener("click", () => control.abort());
    const take = (line) => {
      const found = JSON.parse(line);
      if (found.html !== undefined) {
        box.innerHTML = found.html;
        box.classList.remove("running");
        box.removeAttribute("aria-busy");
        startAll(box);
      } else {
        bar.value = found.done;
        bar.max = found.all;
        said.textContent = found.said;
      }
    };
    const run = async () => {
      const answer = await fetch(box.dataset.src, { signal: control.signal });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) { break; }
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        lines.filter(Boolean).forEach(take);
      }
      if (rest) { take(rest); }
      if (box.getAttribute("aria-busy")) { throw new Error("cut off"); }
    };
    run().catch(() => {
      box.removeAttribute("aria-busy");
      box.replaceChildren(node("p", "notice warn", control.signal.aborted ? box.dataset.stopped : box.dataset.failed));
    });
  };
  const copy = (button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(window.location.href);
      button.textContent = button.dataset.done;
    });
  };

  startAll(document);
  for (const box of document.querySelectorAll("[data-compare]")) { compare(box); }
  for (const button of document.querySelectorAll("[data-copy]")) { copy(button); }
})();
