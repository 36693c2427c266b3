import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ageClass, formatAge, secondsSince } from "./kitchen_clock";

const KINDS = { change: _t("Change"), cancel: _t("Stop") };
const ORDER_TYPES = { dine_in: _t("Dine in"), takeaway: _t("Takeaway"), delivery: _t("Delivery") };

/** One ticket with its items. It asks its parent for every move and keeps no state. */
export class TicketCard extends Component {
    static template = "fynlo_pos_api.TicketCard";
    static props = {
        ticket: Object,
        now: Number,
        done: String,
        showStation: Boolean,
        position: { type: Number, optional: true },
        onMove: Function,
    };

    get kind() {
        return KINDS[this.props.ticket.kind];
    }

    get place() {
        const { table, orderType, customer } = this.props.ticket;
        return table ? table.name : customer || ORDER_TYPES[orderType] || "";
    }

    /** When it is fetched or brought, in the time of the kitchen's browser. */
    get due() {
        const { scheduledAt } = this.props.ticket;
        const options = { hour: "2-digit", minute: "2-digit" };
        return scheduledAt && new Date(scheduledAt).toLocaleTimeString([], options);
    }

    get age() {
        return this.describe(this.props.ticket.firedAt, this.props.ticket.readyAt);
    }

    /** Where the big button leads: what only informs is seen at once, the rest goes step by step. */
    get next() {
        const { kind, state } = this.props.ticket;
        if (kind !== "new") {
            return { state: "served", label: _t("Seen") };
        }
        if (state === "new") {
            return { state: "preparing", label: _t("Start") };
        }
        if (state === "ready") {
            return { state: "served", label: _t("Served") };
        }
        return { state: this.props.done, label: _t("Done") };
    }

    itemAge(item) {
        return this.describe(this.props.ticket.firedAt, item.readyAt);
    }

    isDone(item) {
        return ["ready", "served"].includes(item.state);
    }

    isTouchable(item) {
        return this.props.ticket.kind === "new" && item.state !== "cancelled";
    }

    describe(from, until) {
        const seconds = secondsSince(from, until ? Date.parse(until) : this.props.now);
        return { text: formatAge(seconds), cls: until ? "done" : ageClass(seconds) };
    }

    toggleItem(item) {
        const isDone = this.isDone(item);
        const state = isDone ? "preparing" : "ready";
        this.props.onMove(this.props.ticket, isDone ? "recall" : "bump", state, [item.id]);
    }
}
