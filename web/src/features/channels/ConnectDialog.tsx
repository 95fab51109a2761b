import { Button, Radio } from '@mantine/core';
import { Dialog } from '../../components/dialogs';
import { useState } from 'react';
import { api, fieldErrors, must, type Schemas } from '../../api/client';
import { SkusPicker, VariationsPicker } from '../../components/pickers';
import { ProblemAlert } from '../../components/ui';
import { useSave } from '../../lib/save';

type Mode = Schemas['Connection']['mode'];

const modes: { mode: Mode; label: string; description: string }[] = [
  {
    mode: 'auto',
    label: 'Automatic',
    description: 'Follows the catalog SKU that equals the SKU of the listing',
  },
  {
    mode: 'skus',
    label: 'One SKU or several',
    description: 'Counts the variations of all of them together; not a kit',
  },
  { mode: 'variations', label: 'Specific variations', description: 'Also those without a SKU' },
  { mode: 'none', label: 'Not connected', description: 'Its quantity is left alone; nothing is sent' },
];

export function ConnectDialog({ listing, onClose }: { listing: Schemas['Listing']; onClose: () => void }) {
  const [mode, setMode] = useState<Mode>(listing.connection.mode);
  const [skus, setSkus] = useState(listing.connection.mode === 'skus' ? listing.connection.skus : []);
  const [variations, setVariations] = useState(listing.connection.variation_ids);
  const save = useSave({
    run: () =>
      must(
        api.PATCH('/listings/{id}', {
          params: { path: { id: listing.id } },
          body: {
            connection: {
              mode,
              ...(mode === 'skus' ? { skus } : {}),
              ...(mode === 'variations' ? { variation_ids: variations } : {}),
            },
          },
        }),
      ),
    stale: ['listings', 'listing', 'explanation', 'listing-diagnosis', 'channel', 'channels'],
    said: `${listing.sku}: connection saved`,
    then: onClose,
  });
  const at = fieldErrors(save.error);
  return (
    <Dialog onClose={onClose} title="Connect the listing" size="lg" zIndex={300}>
      <form
        className="stack"
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <div>
          <span className="mono">{listing.sku}</span>
          <span className="under">{listing.title}</span>
        </div>
        <Radio.Group label="Its stock is" value={mode} onChange={(m) => setMode(m as Mode)}>
          <div className="stack tight checks">
            {modes.map((m) => (
              <Radio
                key={m.mode}
                value={m.mode}
                label={m.label}
                description={m.description}
                data-autofocus={m.mode === mode || undefined}
              />
            ))}
          </div>
        </Radio.Group>
        {mode === 'skus' && <SkusPicker value={skus} onChange={setSkus} error={at('/connection/skus')} />}
        {mode === 'variations' && (
          <VariationsPicker
            value={variations}
            onChange={setVariations}
            known={listing.variations}
            error={at('/connection/variation_ids')}
          />
        )}
        <ProblemAlert error={save.error} fields={['/connection/skus', '/connection/variation_ids']} />
        <div className="row end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
