const key = 'stockbridge.currency';
const common = ['USD', 'CAD', 'MXN', 'GBP', 'EUR', 'PLN', 'SEK', 'JPY', 'AUD', 'SGD', 'AED', 'INR'];

/** The currency this browser typed amounts in last; a shop has one nearly always. */
export function lastCurrency(): string {
  return localStorage.getItem(key) ?? 'USD';
}

export function rememberCurrency(code: string) {
  localStorage.setItem(key, code);
}

export function currencies(also: string): string[] {
  return common.includes(also) ? common : [also, ...common];
}
