import { NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import { MoneyField } from '../../components/MoneyField';
import { VariationPicker } from '../../components/pickers';
import type { LineDraft } from './lineDraft';

export function LineFields({
  draft,
  onChange,
  at,
}: {
  draft: LineDraft;
  onChange: (draft: LineDraft) => void;
  at: (pointer: string) => string | undefined;
}) {
  const set = (change: Partial<LineDraft>) => onChange({ ...draft, ...change });
  return (
    <div className="stack tight">
      <SegmentedControl
        aria-label="Ordered by"
        value={draft.by}
        onChange={(by) => set({ by })}
        data={[
          { value: 'variation', label: 'One variation' },
          { value: 'sku', label: 'A SKU' },
        ]}
      />
      {draft.by === 'variation' ? (
        <VariationPicker
          value={draft.variation}
          onChange={(variation) => set({ variation })}
          required
          error={at('/variation_id')}
        />
      ) : (
        <TextInput
          label="SKU"
          description="Every variation with this SKU can fill the line"
          required
          maxLength={100}
          classNames={{ input: 'mono' }}
          value={draft.sku}
          onChange={(e) => set({ sku: e.currentTarget.value })}
          error={at('/sku')}
        />
      )}
      <div className="cols2">
        <NumberInput
          label="Quantity"
          required
          min={1}
          max={100000}
          allowDecimal={false}
          value={draft.quantity ?? ''}
          onChange={(v) => set({ quantity: typeof v === 'number' ? v : null })}
          error={at('/quantity')}
        />
        <MoneyField
          label="Unit price"
          value={draft.price}
          onChange={(price) => set({ price })}
          error={at('/unit_price')}
        />
      </div>
    </div>
  );
}
