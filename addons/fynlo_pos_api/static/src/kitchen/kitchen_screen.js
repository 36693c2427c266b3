import { Component, onWillStart, onWillUnmount, useExternalListener, useState, whenReady } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { rpc } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { mountComponent } from "@web/env";
import { usePokes } from "../pokes/pokes";
import { playChime } from "./kitchen_sound";
import { TicketCard } from "./ticket_card";

/** The screen reads again after that even if nobody told it to: a lost message costs no dish. */
const REFRESH_MS = 30000;
const CHANNEL = "fynlo_kitchen";
const NOTIFICATION = "fynlo.kitchen";
const TOPIC = "kitchen";
/** In a rush the screen reads no more often than that. */
const GAP_MS = 250;

/** All that hangs on the screen of one station. The server's answer is the only truth. */
export class KitchenScreen extends Component {
    static template = "fynlo_pos_api.KitchenScreen";
    static components = { MainComponentsContainer, TicketCard };
    static props = {};

    setup() {
        this.bus = useService("bus_service");
        this.notification = useService("notification");
        const query = new URLSearchParams(browser.location.search);
        this.state = useState({
            storeId: query.get("store"),
            stationId: query.get("station"),
            screen: null,
            now: Date.now(),
            isOnline: true,
            isRecallOpen: false,
            isSilent: browser.localStorage.getItem("fynlo_kitchen_silent") === "1",
            isDark: browser.localStorage.getItem("fynlo_kitchen_light") !== "1",
        });
        this.lastMoved = null;
        this.isBusUp = true;
        this.pokes = usePokes({
            topics: [TOPIC], gapMs: GAP_MS, read: () => this.read(), onTurn: () => this.onTurn(),
        });
        onWillStart(() => this.start());
        useExternalListener(window, "keydown", this.onKey.bind(this));
        const clock = browser.setInterval(() => this.tick(), 1000);
        const refresh = browser.setInterval(() => this.read(), REFRESH_MS);
        onWillUnmount(() => [clock, refresh].forEach((timer) => browser.clearInterval(timer)));
    }

    async start() {
        await this.read();
        this.bus.subscribe(NOTIFICATION, () => this.read());
        for (const [event, isOnline] of [
            ["BUS:CONNECT", true],
            ["BUS:RECONNECT", true],
            ["BUS:DISCONNECT", false],
        ]) {
            this.bus.addEventListener(event, () => this.onConnection(isOnline));
        }
        this.listen();
    }

    // --- What is shown

    get tickets() {
        return this.state.screen?.tickets || [];
    }

    get isExpo() {
        const { stations, stationId } = this.state.screen;
        return stations.some((station) => station.id === stationId && station.expo);
    }

    tick() {
        this.state.now = Date.now() + (this.clockSkewMs || 0);
    }

    /** Read the truth. A second wish while one is under way is granted when that is done. */
    async read() {
        if (this.reading) {
            this.isStale = true;
            return this.reading;
        }
        this.reading = this.readNow();
        try {
            await this.reading;
        } finally {
            this.reading = null;
        }
        if (this.isStale) {
            this.isStale = false;
            await this.read();
        }
    }

    async readNow() {
        const asked = { store: this.state.storeId, station: this.state.stationId };
        let screen;
        try {
            screen = await rpc("/fynlo/kitchen/read", asked, { silent: true });
        } catch (error) {
            this.state.isOnline = false; // the bar says so; what the server says is told too
            if (error.data) {
                this.report(error);
            }
            return;
        }
        if (asked.store !== this.state.storeId || asked.station !== this.state.stationId) {
            this.isStale = true; // somebody has turned to another station meanwhile
            return;
        }
        this.clockSkewMs = Date.parse(screen.now) - Date.now();
        this.tick();
        this.ring(screen);
        Object.assign(this.state, { screen, isOnline: true });
        Object.assign(this.state, { storeId: screen.store.id, stationId: screen.stationId });
    }

    ring(screen) {
        const known = new Set(this.tickets.map((ticket) => ticket.id));
        const isNew = screen.tickets.some((ticket) => !known.has(ticket.id) && !ticket.recalls);
        if (this.state.screen && isNew && !this.state.isSilent) {
            playChime();
        }
    }

    // --- Where it listens: to Odoo's bus, unless somebody else tells it

    listen() {
        this.pokes.follow(this.state.storeId);
        this.subscribe();
    }

    subscribe() {
        const channel = this.pokes.isLive ? null : `${CHANNEL}:${this.state.storeId}`;
        if (this.channel === channel) {
            return;
        }
        if (this.channel) {
            this.bus.deleteChannel(this.channel);
        }
        this.channel = channel;
        if (channel) {
            this.bus.addChannel(channel);
        }
    }

    onTurn() {
        this.subscribe();
        this.state.isOnline = this.pokes.isLive || this.isBusUp;
        if (!this.pokes.isLive) {
            this.read(); // what came since then, nobody has told
        }
    }

    onConnection(isOnline) {
        this.isBusUp = isOnline;
        if (this.pokes.isLive) {
            return;
        }
        this.state.isOnline = isOnline;
        if (isOnline) {
            this.read(); // messages may have been lost in between
        }
    }

    // --- What a cook does

    async move(ticket, verb, state, items = null) {
        this.lastMoved = ticket;
        const command = { id: crypto.randomUUID?.() || makeUuid(), state, items };
        const asked = { store: this.state.storeId, ticket: ticket.id, command };
        try {
            await rpc(`/fynlo/kitchen/${verb}`, asked, { silent: true });
        } catch (error) {
            this.report(error);
        }
        await this.read();
    }

    recall(ticket) {
        this.state.isRecallOpen = false;
        return this.move(ticket, "recall", "preparing");
    }

    report(error) {
        const message = error.data?.message || _t("No connection to the server.");
        this.notification.add(message, { type: "danger" });
    }

    /** Digits bump the tickets as they hang, 0 the tenth; R calls the last one back. */
    onKey(event) {
        const isTyping = ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName);
        if (isTyping || event.repeat || event.ctrlKey || event.altKey || event.metaKey) {
            return;
        }
        if (/^[0-9]$/.test(event.key)) {
            const ticket = this.tickets[(Number(event.key) + 9) % 10];
            if (ticket) {
                event.preventDefault();
                const isFood = ticket.kind === "new";
                this.move(ticket, "bump", isFood ? this.state.screen.done : "served");
            }
        } else if (event.key.toLowerCase() === "r" && this.lastMoved) {
            this.recall(this.lastMoved);
        } else if (event.key === "Escape") {
            this.state.isRecallOpen = false;
        }
    }

    async choose(storeId, stationId) {
        Object.assign(this.state, { storeId, stationId, screen: null, isRecallOpen: false });
        await this.read();
        this.listen();
        const query = new URLSearchParams({ store: this.state.storeId });
        if (this.state.stationId) {
            query.set("station", this.state.stationId);
        }
        browser.history.replaceState(null, "", `?${query}`);
    }

    toggleSound() {
        this.state.isSilent = !this.state.isSilent;
        browser.localStorage.setItem("fynlo_kitchen_silent", this.state.isSilent ? "1" : "0");
        if (!this.state.isSilent) {
            playChime();
        }
    }

    toggleDark() {
        this.state.isDark = !this.state.isDark;
        browser.localStorage.setItem("fynlo_kitchen_light", this.state.isDark ? "0" : "1");
    }
}

/** Without https a browser has no `crypto.randomUUID`, but it has random numbers. */
function makeUuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

whenReady(() => mountComponent(KitchenScreen, document.body));
