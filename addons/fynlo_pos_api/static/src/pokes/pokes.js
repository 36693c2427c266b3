import { onWillUnmount, useEnv } from "@odoo/owl";

/**
 * Let somebody tell a page when to read. Another addon may offer the service `fynlo_realtime`, whose
 * `join(store, wish)` gives `{ isLive, leave() }`. Without it, and while it hears nothing itself,
 * `isLive` is false and the page has to find out for itself.
 *
 * @param {Object} wish
 * @param {string[]} [wish.tables] tables of the database whose changes are worth a read
 * @param {string[]} [wish.topics] words to the store that are
 * @param {number} wish.gapMs least time between the beginnings of two reads
 * @param {() => Promise<boolean>} wish.read whether it has read; never raises
 * @param {() => void} [wish.onTurn] `isLive` is another one now
 */
export function usePokes(wish) {
    const service = useEnv().services.fynlo_realtime;
    let followed, line;
    onWillUnmount(() => line?.leave());
    return {
        get isLive() {
            return Boolean(line?.isLive);
        },
        /** Hear of this store (its uuid) and of no other. */
        follow(store) {
            if (!service || store === followed) {
                return;
            }
            line?.leave();
            followed = store;
            line = store && service.join(store, wish);
        },
    };
}
