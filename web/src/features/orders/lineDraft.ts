import type { Schemas } from '../../api/client';

/** A line as it is typed: a variation or a SKU, how many, for how much. */
export interface LineDraft {
  by: 'variation' | 'sku';
  variation: number | null;
  sku: string;
  quantity: number | null;
  price: Schemas['Money'] | null | undefined;
}

export const blankLine: LineDraft = { by: 'variation', variation: null, sku: '', quantity: 1, price: null };

export function draftOf(line: Schemas['OrderLine']): LineDraft {
  return {
    by: line.variation_id === null ? 'sku' : 'variation',
    variation: line.variation_id,
    sku: line.variation_id === null ? (line.sku ?? '') : '',
    quantity: line.quantity,
    price: line.unit_price,
  };
}

export function isComplete(draft: LineDraft): boolean {
  const named = draft.by === 'variation' ? draft.variation !== null : draft.sku.trim() !== '';
  return named && draft.quantity !== null && draft.price !== undefined;
}

export function bodyOf(draft: LineDraft): Schemas['OrderLineCreate'] {
  const rest = { quantity: draft.quantity ?? 1, unit_price: draft.price ?? null };
  return draft.by === 'variation'
    ? { variation_id: draft.variation ?? 0, ...rest }
    : { sku: draft.sku.trim(), ...rest };
}
