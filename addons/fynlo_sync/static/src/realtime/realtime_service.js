import { registry } from "@web/core/registry";
import { StoreLine } from "./store_line";

/** Pages that show a store hear from the websocket gateway when to read; see `usePokes`. */
export const realtimeService = {
    start() {
        return { join: (store, wish) => new StoreLine(store, wish) };
    },
};

registry.category("services").add("fynlo_realtime", realtimeService);
