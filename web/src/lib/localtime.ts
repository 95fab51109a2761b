/** RFC 3339 as the value of a datetime-local field, in the time zone of the browser. */
export function toLocalField(iso: string | null): string {
  if (!iso) return '';
  const d = new Date(iso);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** The way back, in UTC without fractions; null when the field is empty. */
export function fromLocalField(text: string): string | null {
  if (text === '') return null;
  return new Date(text).toISOString().replace(/\.\d+Z$/, 'Z');
}
