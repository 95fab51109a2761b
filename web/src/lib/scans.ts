import { useCallback, useRef, useState } from 'react';
import type { Scan } from '../components/ScanResult';
import { beep } from './sound';

const kept = 500;
const soundKey = 'stockbridge.sound';

/** The scans of this sitting, newest first, and whether they are heard. */
export function useScans() {
  const [scans, setScans] = useState<Scan[]>([]);
  const [sound, setSound] = useState(() => localStorage.getItem(soundKey) === 'on');
  const next = useRef(1);
  const heard = useRef(sound);

  const add = useCallback((input: string): number => {
    const key = next.current++;
    setScans((all) => [{ key, input, state: 'waiting' as const, title: 'Waiting' }, ...all].slice(0, kept));
    return key;
  }, []);
  const settle = useCallback((key: number, result: Omit<Scan, 'key' | 'input'>) => {
    setScans((all) => all.map((s) => (s.key === key ? { ...s, ...result } : s)));
    if (heard.current && result.state !== 'waiting') beep(result.state);
  }, []);
  const remove = useCallback((key: number) => setScans((all) => all.filter((s) => s.key !== key)), []);
  const toggleSound = (on: boolean) => {
    heard.current = on;
    setSound(on);
    localStorage.setItem(soundKey, on ? 'on' : 'off');
    if (on) beep('good');
  };
  return { scans, add, settle, remove, sound, toggleSound };
}
