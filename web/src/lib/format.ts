// How values look. Numbers, times and money only; words come from the server.
import type { Schemas } from '../api/client';

const dateTimeFormat = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
const numberFormat = new Intl.NumberFormat();

export function dateTime(iso: string): string {
  return dateTimeFormat.format(new Date(iso));
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];

/** "3 min. ago"; a date once it is more than a week away. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  if (Math.abs(seconds) < 45) return seconds > 5 ? 'in a moment' : 'just now';
  if (Math.abs(seconds) > 7 * 86400) return dateTime(iso);
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size * 0.75) return relativeFormat.format(Math.round(seconds / size), unit);
  }
  return relativeFormat.format(Math.round(seconds), 'second');
}

export function count(n: number): string {
  return numberFormat.format(n);
}

/** A signed number with a true minus sign, which lines up with digits. */
export function signed(n: number): string {
  return n < 0 ? '\u2212' + numberFormat.format(-n) : numberFormat.format(n || 0); // no minus zero
}

/** How many digits of a currency are behind the point. */
function digits(currency: string): number {
  return (
    new Intl.NumberFormat(undefined, { style: 'currency', currency }).resolvedOptions()
      .maximumFractionDigits ?? 2
  );
}

export function money(m: Schemas['Money'] | null): string {
  if (!m) return '';
  return new Intl.NumberFormat(undefined, { style: 'currency', currency: m.currency }).format(
    m.amount / 10 ** digits(m.currency),
  );
}

/** The amount alone, as it is typed. */
export function moneyText(m: Schemas['Money'] | null): string {
  return m ? (m.amount / 10 ** digits(m.currency)).toFixed(digits(m.currency)) : '';
}

/** Reads "349" or "349.00" or "349,00"; null when empty, undefined when it is not an amount. */
export function parseMoney(text: string, currency: string): Schemas['Money'] | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const places = digits(currency);
  const match = /^(\d{1,10})(?:[.,](\d+))?$/.exec(trimmed);
  if (!match || (match[2]?.length ?? 0) > places) return undefined;
  const minor = (match[2] ?? '').padEnd(places, '0');
  return { amount: Number(match[1] + minor), currency };
}

export function plural(n: number, one: string, many = one + 's'): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A text that begins with a capital, whatever it begins with. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "reconnect_needed" as "Reconnect needed". */
export function words(code: string): string {
  return sentence(code.replaceAll('_', ' ').toLowerCase());
}
