import { Button, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, fieldErrors, ifMatch, must, type Schemas } from '../../api/client';
import { Card, ProblemAlert } from '../../components/ui';
import { fromLocalField, toLocalField } from '../../lib/localtime';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { orderStale } from './useOrder';

/** Who ordered, when, and what was noted. */
export function DetailsCard({ order, etag }: { order: Schemas['Order']; etag: string | null }) {
  const me = useMe();
  const [draft, setDraft] = useState<Schemas['OrderPatch']>({});
  const now = { ...order, ...draft };
  const set = (change: Schemas['OrderPatch']) => setDraft({ ...draft, ...change });
  const save = useSave({
    run: () =>
      must(
        api.PATCH('/orders/{id}', { params: { path: { id: order.id }, header: ifMatch(etag) }, body: draft }),
      ),
    stale: orderStale,
    said: 'Order saved',
    then: () => setDraft({}),
  });
  const at = fieldErrors(save.error);
  return (
    <Card title="Details">
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <fieldset className="plain stack tight" disabled={!me.can('orders', 'write')}>
          <TextInput
            label="Organization"
            required
            maxLength={200}
            value={now.organization}
            onChange={(e) => set({ organization: e.currentTarget.value })}
            error={at('/organization')}
          />
          <TextInput
            label="Ordered"
            type="datetime-local"
            required
            value={toLocalField(now.ordered_at)}
            onChange={(e) => set({ ordered_at: fromLocalField(e.currentTarget.value) ?? order.ordered_at })}
            error={at('/ordered_at')}
          />
          <Textarea
            label="Notes"
            autosize
            minRows={2}
            maxRows={10}
            maxLength={4000}
            value={now.notes}
            onChange={(e) => set({ notes: e.currentTarget.value })}
            error={at('/notes')}
          />
          <ProblemAlert error={save.error} fields={['/organization', '/ordered_at', '/notes']} />
          {Object.keys(draft).length > 0 && (
            <div className="row end">
              <Button variant="default" size="sm" onClick={() => setDraft({})}>
                Discard
              </Button>
              <Button type="submit" size="sm" loading={save.isPending}>
                Save
              </Button>
            </div>
          )}
        </fieldset>
      </form>
    </Card>
  );
}
