/* openapi_kit.mjs: words for the tables of cases. `make(w)` gives the request: {path, query, headers, body, as}. */

let serial = 1000;
export const next = () => serial++;
export const fresh = (word) => `${word} ${next()}`;

export const of = (id) => ({ path: { id } });
export const ok = (make, why = 'as documented', status = 200) => ({ status, why, make });
export const created = (make, why = 'as documented') => ok(make, why, 201);
export const gone = (make, why = 'as documented') => ok(make, why, 204);
export const started = (make, why = 'as documented') => ok(make, why, 202);
export const refused = (status, why, make) => ({ status, why, make });

export const newVariation = (w, more = {}) =>
  w.api('POST', '/variations', { manufacturer: 'Apple', model: fresh('Phone'), ...more });
