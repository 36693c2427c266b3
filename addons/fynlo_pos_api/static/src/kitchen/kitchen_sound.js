let context;

/** Play two short tones. A browser stays silent until somebody has touched the page. */
export function playChime() {
    const AudioContext = window.AudioContext || window.webkitAudioContext;
    if (!AudioContext) {
        return;
    }
    context = context || new AudioContext();
    [880, 1320].forEach((frequency, index) => {
        const start = context.currentTime + index * 0.16;
        const tone = context.createOscillator();
        const gain = context.createGain();
        tone.frequency.value = frequency;
        gain.gain.setValueAtTime(0.25, start);
        gain.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
        tone.connect(gain).connect(context.destination);
        tone.start(start);
        tone.stop(start + 0.3);
    });
}
