/* Draws the map of Locations over outlines of countries: no tiles, nothing from elsewhere. What is in
   sight is asked for when the map is moved, and again every 15 seconds while it is looked at. */
"use strict";

(async () => {
    const box = document.getElementById("map");
    const told = document.getElementById("map-told");
    const asTable = document.getElementById("map-table");
    const asJson = document.getElementById("map-json");
    const SECONDS = 15;
    const CLOSEST = 18;
    box.hidden = false;

    const map = L.map(box, {
        center: [Number(box.dataset.lat), Number(box.dataset.lon)],
        zoom: Number(box.dataset.zoom),
        minZoom: 1,
        maxZoom: CLOSEST,
        maxBounds: [[-89, -200], [89, 200]],
        attributionControl: false,
        zoomAnimation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
    const marks = L.layerGroup().addTo(map);
    let asked = null;

    const sight = () => {
        const middle = map.getCenter();
        const query = new URLSearchParams({
            lat: middle.lat.toFixed(4),
            lon: middle.lng.toFixed(4),
            zoom: String(map.getZoom()),
        });
        /* Which Locations: what the form above has narrowed it to. */
        new URLSearchParams(box.dataset.kept).forEach((value, name) => query.set(name, value));
        return query;
    };

    const mark = (spot, kind, text, name, size, act) => {
        const label = document.createElement("span");
        label.textContent = text;
        const icon = L.divIcon({ className: "spot spot-" + kind, html: label, iconSize: [size, size] });
        const marker = L.marker([spot.lat, spot.lon], { icon, title: name, keyboard: true });
        marker.on("click", act);
        marker.on("add", () => marker.getElement().setAttribute("aria-label", name));
        marker.on("keypress", (event) => {
            if (event.originalEvent.key === "Enter") {
                act();
            }
        });
        marks.addLayer(marker);
    };

    const most = (states) => Object.keys(states).reduce((one, other) => (states[other] > states[one] ? other : one));

    const short = (number) =>
        number < 1000 ? String(number) : number < 1e6 ? Math.floor(number / 1000) + "k" : (number / 1e6).toFixed(1) + "M";

    const draw = (found) => {
        const active = box.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
        marks.clearLayers();
        for (const each of found.places) {
            const name = each.name || each.id;
            const free = each.available + " of " + each.evses + " EVSEs available";
            mark(each, each.state, each.letter, name + ", " + each.owner + ": " + each.words + ", " + free, 24, () => {
                location.assign(each.url);
            });
        }
        for (const each of found.clusters) {
            const name = each.number + " Locations" + (each.city ? " about " + each.city : "");
            const size = 28 + 6 * Math.floor(Math.log10(each.number));
            mark(each, most(each.states), short(each.number), name, size, () => {
                map.setView([each.lat, each.lon], each.closer);
            });
        }
        if (active) {
            const same = [...box.querySelectorAll(".spot")].find((each) => each.getAttribute("aria-label") === active);
            if (same) {
                same.focus({ preventScroll: true });
            }
        }
        told.textContent = found.total + (found.total === 1 ? " Location" : " Locations") + " in sight.";
    };

    const look = async () => {
        if (document.hidden) {
            return;
        }
        if (asked) {
            asked.abort();
        }
        asked = new AbortController();
        const edges = map.getBounds();
        const query = sight();
        history.replaceState(null, "", "?" + query);
        query.set("format", "json");
        query.set("west", edges.getWest());
        query.set("south", edges.getSouth());
        query.set("east", edges.getEast());
        query.set("north", edges.getNorth());
        asJson.href = "?" + query;
        try {
            const answer = await fetch("?" + query, { signal: asked.signal });
            if (answer.redirected || !answer.ok) {
                throw new Error(answer.redirected ? "you are not logged in any more" : "HTTP " + answer.status);
            }
            draw(await answer.json());
        } catch (error) {
            if (error.name !== "AbortError") {
                told.textContent = "Not renewed: " + error.message + ". It is tried again.";
            }
        }
    };

    /* The table is of where the page was opened: it says so once the map has gone elsewhere. */
    map.on("movestart", () => {
        if (asTable.querySelector("table") && !document.getElementById("map-moved")) {
            const note = document.createElement("p");
            note.id = "map-moved";
            note.className = "looked";
            note.textContent = "The table is of where the page was opened. Load the page again for one of what is in sight.";
            asTable.querySelector("h2").after(note);
        }
    });
    map.on("moveend", look);
    window.setInterval(look, SECONDS * 1000);
    document.addEventListener("visibilitychange", look);
    await look();
    const outlines = await fetch(box.dataset.countries);
    if (outlines.ok) {
        L.geoJSON(await outlines.json(), { interactive: false, style: { className: "land" } }).addTo(map);
    }
})();
