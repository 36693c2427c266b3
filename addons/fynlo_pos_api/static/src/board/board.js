import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

const EVERY_MS = 1500;
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
        onWillStart(() => this.read());
        // A page that nobody looks at asks nothing.
        this.timer = setInterval(() => document.hidden || this.read(), EVERY_MS);
        onWillUnmount(() => clearInterval(this.timer));
    }

    async read() {
        if (this.isReading) {
            return;
        }
        this.isReading = true;
        const asked = this.storeId;
        try {
            const board = await this.orm.silent.call("fynlo.board", "read_board", [asked]);
            if (asked === this.storeId) {
                this.state.board = board;
            }
            this.state.isLost = false;
        } catch (error) {
            if (!this.state.board) {
                throw error;
            }
            this.state.isLost = true;
        } finally {
            this.isReading = false;
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
