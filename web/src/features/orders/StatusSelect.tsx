import { Button } from '@mantine/core';
import { Dialog } from '../../components/dialogs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ifMatch, must, type Schemas } from '../../api/client';
import { orderStatusesQuery } from '../../api/queries';
import { TitleSelect } from '../../components/pickers';
import { ProblemAlert } from '../../components/ui';
import { plural } from '../../lib/format';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { orderStale } from './useOrder';

/** Changes the status at once; what would surprise later is said before. */
export function StatusSelect({ order, etag }: { order: Schemas['Order']; etag: string | null }) {
  const me = useMe();
  const statuses = useQuery(orderStatusesQuery).data ?? [];
  const [asked, setAsked] = useState<string | null>(null);
  const save = useSave({
    run: (status: string) =>
      must(
        api.PATCH('/orders/{id}', {
          params: { path: { id: order.id }, header: ifMatch(etag) },
          body: { status },
        }),
      ),
    stale: orderStale,
    said: 'Status changed',
    then: () => setAsked(null),
  });
  const choose = (title: string | null) => {
    if (title === null || title === order.status) return;
    const closes = order.is_open && statuses.find((s) => s.title === title)?.is_open === false;
    if (closes && order.uncommitted > 0) setAsked(title);
    else save.mutate(title);
  };
  return (
    <div>
      <TitleSelect
        query={orderStatusesQuery}
        aria-label="Order status"
        value={order.status}
        onChange={choose}
        disabled={!me.can('orders', 'write') || save.isPending}
      />
      {asked === null && <ProblemAlert error={save.error} />}
      {asked !== null && (
        <Dialog onClose={() => setAsked(null)} title={`Change to ${asked}?`}>
          <div className="stack">
            <div>
              {plural(order.uncommitted, 'unit')} of this order {order.uncommitted === 1 ? 'is' : 'are'} not
              committed. {asked} is not an open status: the units return to sale, and channels are told so.
            </div>
            <ProblemAlert error={save.error} />
            <div className="row end">
              <Button variant="default" onClick={() => setAsked(null)} data-autofocus>
                Cancel
              </Button>
              <Button loading={save.isPending} onClick={() => save.mutate(asked)}>
                Change anyway
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </div>
  );
}
