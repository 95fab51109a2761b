// Short sounds for hands that scan while the eyes are on the phones: high for good, falling for look again, low and
// double for refused.
let context: AudioContext | undefined;

function tone(at: number, hertz: number, seconds: number) {
  if (!context) return;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = hertz;
  oscillator.type = 'square';
  gain.gain.setValueAtTime(0.08, at);
  gain.gain.exponentialRampToValueAtTime(0.001, at + seconds);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
}

export function beep(kind: 'good' | 'warn' | 'bad') {
  try {
    context ??= new AudioContext();
    const now = context.currentTime;
    if (kind === 'good') {
      tone(now, 1400, 0.12);
    } else if (kind === 'warn') {
      tone(now, 900, 0.14);
      tone(now + 0.16, 450, 0.26);
    } else {
      tone(now, 220, 0.22);
      tone(now + 0.26, 220, 0.22);
    }
  } catch {
    // A machine without sound still has the colour and the words.
  }
}
