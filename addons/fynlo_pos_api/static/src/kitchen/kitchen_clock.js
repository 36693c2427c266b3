/** Minutes after which a dish is shown as slow, and as late. */
export const SLOW_MIN = 5;
export const LATE_MIN = 10;

/** Return how long ago `instant` was, in whole seconds; never below zero. */
export function secondsSince(instant, now) {
    return Math.max(0, Math.floor((now - Date.parse(instant)) / 1000));
}

/** Return seconds as `m:ss`, from an hour on as `h:mm:ss`. */
export function formatAge(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    const tail = two(seconds % 60);
    return hours ? `${hours}:${two(minutes % 60)}:${tail}` : `${minutes}:${tail}`;
}

/** Return the class of an age: `fresh`, `slow` or `late`. */
export function ageClass(seconds) {
    if (seconds >= LATE_MIN * 60) {
        return "late";
    }
    return seconds >= SLOW_MIN * 60 ? "slow" : "fresh";
}
