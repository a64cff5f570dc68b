/* Renews the part of a page that has the id "live": every so many seconds as its data-every says,
   while the page is looked at. What somebody has opened stays open; while something in it has the
   keyboard's focus, or text is marked, it waits. */
"use strict";

(() => {
    const live = document.getElementById("live");
    const told = document.getElementById("refreshed");
    if (!live) {
        return;
    }
    const seconds = Number(live.dataset.every);
    const usual = told.textContent;
    let failed = false;

    const busy = () =>
        document.hidden ||
        live.contains(document.activeElement) ||
        (window.getSelection && String(window.getSelection()) !== "");

    const renew = async () => {
        if (busy()) {
            return;
        }
        try {
            const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const fresh = page.getElementById("live");
            if (answer.redirected || !answer.ok || !fresh) {
                throw new Error(answer.redirected ? "you are not logged in any more" : "HTTP " + answer.status);
            }
            if (busy()) {
                return;
            }
            for (const each of live.querySelectorAll("details[open]")) {
                const same = each.id && fresh.querySelector("#" + CSS.escape(each.id));
                if (same) {
                    same.open = true;
                }
            }
            live.replaceChildren(...fresh.childNodes);
            live.classList.remove("is-old");
            if (failed) {
                told.textContent = usual;
                failed = false;
            }
        } catch (error) {
            live.classList.add("is-old");
            if (!failed) {
                told.textContent = "Not renewed: " + error.message + ". It is tried again.";
                failed = true;
            }
        }
    };

    window.setInterval(renew, seconds * 1000);
    document.addEventListener("visibilitychange", renew);
})();
