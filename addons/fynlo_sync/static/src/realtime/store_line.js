import { browser } from "@web/core/browser/browser";
import { rpc } from "@web/core/network/rpc";

const PATH = "/api/v1/realtime";
/** Full jitter: before attempt n a random time below `FIRST_MS * 2^n`, and never above `LONGEST_MS`. */
const FIRST_MS = 500;
const LONGEST_MS = 30000;
/** Another tab of this browser took the place of this one: they do not chase each other. */
const REPLACED_MS = 60000;
/** A page does not see the gateway's pings: it shows its token so often, and is answered in time. */
const SHOW_EVERY_MS = 30000;
const ANSWER_MS = 10000;
/** A token that lives no longer is replaced. */
const FRESH_MS = 5 * 60000;

/**
 * One page's connection to the gateway, for one store. It comes back by itself until it is left.
 *
 * The rules are those of docs/gateway.md. What comes in carries no data: the page reads.
 */
export class StoreLine {
    constructor(store, wish) {
        this.store = store;
        this.wish = { tables: [], topics: [], onTurn: () => {}, ...wish };
        this.isLive = false;
        this.attempts = 0;
        this.connect();
    }

    leave() {
        this.isOver = true;
        this.drop();
        browser.clearTimeout(this.returning);
        browser.clearTimeout(this.resyncing);
    }

    // --- Coming and going

    async connect() {
        try {
            const { url, token } = await this.findTicket();
            if (!this.isOver) {
                this.open(url || ownAddress(), token);
            }
        } catch (error) {
            // Signed out, no server, or an address that this browser refuses: later, perhaps.
            console.debug("The gateway cannot be asked.", error);
            this.comeBack(this.jitter());
        }
    }

    open(url, token) {
        const socket = (this.socket = new WebSocket(url));
        socket.onopen = () => this.say({ type: "hello", token, store: this.store, ...this.place });
        socket.onmessage = (event) => this.hear(JSON.parse(event.data));
        socket.onclose = (event) => this.onClose(event.code);
        this.expectAnswer();
    }

    onClose(code) {
        if ([4401, 4403].includes(code)) {
            this.ticket = null;
        }
        const isReplaced = code === 4409;
        const pause = isReplaced ? REPLACED_MS * (1 + Math.random()) : this.retryInMs;
        this.drop();
        this.comeBack(pause ?? this.jitter());
    }

    comeBack(pauseMs) {
        this.retryInMs = undefined;
        if (!this.isOver) {
            browser.clearTimeout(this.returning);
            this.returning = browser.setTimeout(() => this.connect(), pauseMs);
        }
    }

    jitter() {
        this.attempts += 1;
        return Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** this.attempts);
    }

    /** Let the connection go, without waiting for an end that may not answer. */
    drop() {
        browser.clearTimeout(this.patience);
        browser.clearTimeout(this.showing);
        if (this.socket) {
            Object.assign(this.socket, { onopen: null, onmessage: null, onclose: null });
            this.socket.close();
            this.socket = null;
        }
        if (this.wish.topics.length) {
            this.place = null; // words are held nowhere: the page reads when it is back
        }
        this.turn(false);
    }

    turn(isLive) {
        if (this.isLive !== isLive) {
            this.isLive = isLive;
            if (!this.isOver) {
                this.wish.onTurn();
            }
        }
    }

    // --- Who it is

    async findTicket() {
        if (!this.ticket || this.ticket.endsAtMs < Date.now() + FRESH_MS) {
            const asked = { store: this.store };
            const { url, token, expires_in } = await rpc("/fynlo/realtime", asked, { silent: true });
            this.ticket = { url, token, endsAtMs: Date.now() + expires_in * 1000 };
        }
        return this.ticket;
    }

    showLater() {
        browser.clearTimeout(this.patience);
        const pauseMs = SHOW_EVERY_MS * (0.8 + 0.4 * Math.random());
        this.showing = browser.setTimeout(() => this.show(), pauseMs);
    }

    /** Say again who it is: a token ends, and an end that does not answer is gone. */
    async show() {
        const socket = this.socket;
        this.expectAnswer();
        try {
            const { token } = await this.findTicket();
            if (socket && socket === this.socket) {
                this.say({ type: "reauth", token });
            }
        } catch (error) {
            console.debug("There is no new token.", error);
            if (socket && socket === this.socket) {
                this.onClose();
            }
        }
    }

    say(message) {
        this.socket.send(JSON.stringify(message));
    }

    expectAnswer() {
        browser.clearTimeout(this.patience);
        this.patience = browser.setTimeout(() => this.onClose(), ANSWER_MS);
    }

    // --- What is heard

    hear(frame) {
        switch (frame.type) {
            case "welcome":
                return this.onWelcome(frame);
            case "authenticated":
                return this.showLater();
            case "changes":
                return this.onChanges(frame);
            case "resync":
                this.heard = placeOf(frame);
                this.place = null;
                browser.clearTimeout(this.resyncing);
                this.resyncing = browser.setTimeout(() => this.want(), frame.afterMs);
                return;
            case "direct":
                return this.wish.topics.includes(frame.topic) && this.want();
            case "bye":
                this.retryInMs = frame.retryInMs;
        }
    }

    onWelcome(frame) {
        this.attempts = 0;
        this.showLater();
        this.turn(true);
        if (!this.place) {
            this.heard = placeOf(frame);
            this.want();
        }
    }

    onChanges(frame) {
        this.heard = placeOf(frame);
        if (frame.tables.some((table) => this.wish.tables.includes(table))) {
            this.want();
        } else if (this.place && !this.isReading) {
            this.place = this.heard;
        }
    }

    /** Have the page read, soon and not too often; what comes meanwhile is one more read. */
    async want() {
        this.isDue = true;
        if (this.isReading) {
            return;
        }
        this.isReading = true;
        while (this.isDue) {
            await pause((this.readAtMs || 0) + this.wish.gapMs - Date.now());
            if (this.isOver) {
                return;
            }
            const place = this.heard;
            this.isDue = false;
            this.readAtMs = Date.now();
            const hasRead = await this.wish.read();
            // A place counts once the page has seen what was told there, not before.
            this.place = hasRead && this.socket ? place : null;
        }
        this.isReading = false;
    }
}

function placeOf({ id, epoch }) {
    return { last: id, epoch };
}

function pause(pauseMs) {
    return new Promise((done) => browser.setTimeout(done, Math.max(0, pauseMs)));
}

function ownAddress() {
    const { protocol, host } = browser.location;
    return `${protocol === "https:" ? "wss:" : "ws:"}//${host}${PATH}`;
}
