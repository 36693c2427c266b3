import { Component, onWillStart, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { usePokes } from "../pokes/pokes";

const EVERY_MS = 1500;
/** While somebody tells the board what changes: some of what it shows is not told. */
const CALM_MS = 15000;
/** What is told of a sale; in a rush the board reads no more often than that. */
const TABLES = ["pos_order", "pos_payment"];
const GAP_MS = 1000;
const KEY = "fynlo_board_store";

/** One page on a store: today's sales, what is open, who holds the cash, what needs a look. */
export class Board extends Component {
    static template = "fynlo_pos_api.Board";
    static props = ["*"];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ board: null, isLost: false });
        this.storeId = Number(localStorage.getItem(KEY)) || null;
        this.pokes = usePokes({
            tables: TABLES, gapMs: GAP_MS, read: async () => document.hidden || this.read(),
        });
        onWillStart(() => this.read());
        // A page that nobody looks at asks nothing; it reads when somebody does again.
        useExternalListener(document, "visibilitychange", () => document.hidden || this.read());
        this.timer = setInterval(() => this.tick(), EVERY_MS);
        onWillUnmount(() => clearInterval(this.timer));
    }

    tick() {
        const isTold = this.pokes.isLive && !this.state.isLost;
        const isCalm = isTold && Date.now() < this.readAtMs + CALM_MS;
        if (!document.hidden && !isCalm && !this.reading) {
            this.read();
        }
    }

    /** Read what is true now, again if that was wished meanwhile; tell whether it was read. */
    read() {
        this.isStale = true;
        this.reading ??= this.readAll().finally(() => (this.reading = null));
        return this.reading;
    }

    async readAll() {
        while (this.isStale) {
            this.isStale = false;
            await this.readOnce();
        }
        return !this.state.isLost;
    }

    async readOnce() {
        this.readAtMs = Date.now();
        const asked = this.storeId;
        try {
            const board = await this.orm.silent.call("fynlo.board", "read_board", [asked]);
            if (asked === this.storeId) {
                this.state.board = board;
                this.pokes.follow(board.stores.find((store) => store.id === board.store)?.uuid);
            }
            this.state.isLost = false;
        } catch (error) {
            if (!this.state.board) {
                throw error;
            }
            this.state.isLost = true;
        }
    }

    choose(event) {
        this.storeId = Number(event.target.value);
        localStorage.setItem(KEY, this.storeId);
        return this.read();
    }

    time(text) {
        return text ? deserializeDateTime(text).toFormat("HH:mm") : "";
    }

    minutes(text) {
        const since = deserializeDateTime(this.state.board.now).diff(deserializeDateTime(text));
        return Math.max(Math.floor(since.as("minutes")), 0);
    }

    openRecord(model, id) {
        const views = [[false, "form"]];
        return this.action.doAction({
            type: "ir.actions.act_window", res_model: model, res_id: id, views,
        });
    }

    openList(name, model, domain) {
        const views = [[false, "list"], [false, "form"]];
        return this.action.doAction({
            type: "ir.actions.act_window", name, res_model: model, domain, views,
        });
    }
}

registry.category("actions").add("fynlo_board", Board);
