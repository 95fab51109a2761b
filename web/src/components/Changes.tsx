// What was changed, in the words of the pages: the server keeps plain values, so that nothing is lost.
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../api/client';
import { variationQuery } from '../api/queries';
import { dateTime, money, words } from '../lib/format';

type Change = Schemas['Change'];

const names: Record<string, string> = {
  esn: 'ESN',
  sku: 'SKU',
  skus: 'SKUs',
  unique_skus: 'Unique SKUs',
  hex_id: 'Hex ID',
  variation_id: 'Variation',
};
const switches = new Set([
  'allow_commitment',
  'disabled',
  'inventory_sync',
  'is_open',
  'order_import',
  'paused',
  'sync_to_shipstation',
  'unique_skus',
]);
const arrow = ' \u2192 ';

function VariationName({ id }: { id: number }) {
  const variation = useQuery({ ...variationQuery(id), retry: false });
  return <>{variation.data?.value.title ?? `#${id}`}</>;
}

function textOf(field: string, value: string): string {
  if (switches.has(field)) return value === '0' || value === 'false' ? 'off' : 'on';
  if (/_(at|from)$/.test(field) && /^\d+$/.test(value))
    return value === '0' ? 'none' : dateTime(new Date(Number(value)).toISOString());
  const amount = /^(\d+) ([A-Z]{3})$/.exec(value);
  if (amount) return money({ amount: Number(amount[1]), currency: amount[2] ?? '' });
  return value;
}

function Value({ field, value }: { field: string; value: string | null }) {
  if (value === null || value === '') return <>none</>;
  if (field === 'variation_id' && /^\d+$/.test(value)) return <VariationName id={Number(value)} />;
  return <>{textOf(field, value)}</>;
}

/** One line for each field. What something was made with has no "before". */
export function Changes({ changes, made }: { changes: Change[]; made: boolean }) {
  return changes.map((c) => (
    <div key={c.field} className="change">
      {names[c.field] ?? words(c.field)}:{' '}
      {!made && (
        <>
          <Value field={c.field} value={c.from} />
          {arrow}
        </>
      )}
      <strong>
        <Value field={c.field} value={c.to} />
      </strong>
    </div>
  ));
}
