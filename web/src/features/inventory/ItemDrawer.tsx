import { Button, TextInput } from '@mantine/core';
import { Sheet } from '../../components/dialogs';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, fieldErrors, ifMatch, must, problemOf, type Schemas, type Tagged } from '../../api/client';
import {
  inventoryStatusesQuery,
  itemHistoryQuery,
  itemQuery,
  rowsOf,
  warehousesQuery,
} from '../../api/queries';
import { Changes } from '../../components/Changes';
import { MoneyField } from '../../components/MoneyField';
import { TitleSelect, VariationPicker } from '../../components/pickers';
import { LoadMore, ProblemAlert, Ready, Time } from '../../components/ui';
import { words } from '../../lib/format';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { LocationSelect } from './LocationSelect';

const fields = ['/esn', '/variation_id', '/status', '/warehouse', '/location', '/paid'];

function Edit({ item: { value: item, etag } }: { item: Tagged<Schemas['Item']> }) {
  const me = useMe();
  const [draft, setDraft] = useState<Schemas['ItemPatch']>({});
  const [paid, setPaid] = useState<Schemas['Money'] | null | undefined>(item.paid);
  const now = { ...item, ...draft };
  const set = (change: Schemas['ItemPatch']) => setDraft({ ...draft, ...change });
  const save = useSave({
    run: (acceptWarnings: boolean) =>
      must(
        api.PATCH('/items/{id}', {
          params: { path: { id: item.id }, header: ifMatch(etag) },
          body: { ...draft, ...(acceptWarnings ? { accept_warnings: true } : {}) },
        }),
      ),
    stale: ['item', 'items', 'item-history', 'stock-levels', 'listings', 'listing', 'explanation'],
    said: 'Item saved',
  });
  const at = fieldErrors(save.error);
  const warned = save.error != null && problemOf(save.error).errors?.some((e) => e.code === 'imei_check');
  return (
    <form
      className="stack"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate(false);
      }}
    >
      <fieldset className="plain stack tight" disabled={!me.can('inventory', 'write')}>
        <VariationPicker
          value={now.variation_id}
          onChange={(id) => id !== null && set({ variation_id: id })}
          error={at('/variation_id')}
        />
        <div className="cols2">
          <TextInput
            label="ESN"
            classNames={{ input: 'mono' }}
            maxLength={64}
            value={now.esn}
            onChange={(e) => set({ esn: e.currentTarget.value })}
            error={at('/esn')}
          />
          <TitleSelect
            query={inventoryStatusesQuery}
            label="Status"
            value={now.status}
            onChange={(status) => status && set({ status })}
            error={at('/status')}
          />
          <TitleSelect
            query={warehousesQuery}
            label="Warehouse"
            placeholder="None: not offered on any channel"
            clearable
            value={now.warehouse}
            onChange={(warehouse) => set({ warehouse, location: null })}
            error={at('/warehouse')}
          />
          <LocationSelect
            warehouse={now.warehouse}
            value={now.location}
            onChange={(location) => set({ location })}
            error={at('/location')}
          />
          <MoneyField
            label="Paid"
            value={paid}
            onChange={(p) => {
              setPaid(p);
              if (p !== undefined) set({ paid: p });
            }}
            error={at('/paid')}
          />
        </div>
      </fieldset>
      <ProblemAlert error={save.error} fields={fields} />
      {Object.keys(draft).length > 0 && (
        <div className="row end">
          {warned && (
            <Button variant="default" onClick={() => save.mutate(true)}>
              Save it anyway
            </Button>
          )}
          <Button type="submit" loading={save.isPending} disabled={paid === undefined}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}

function History({ id }: { id: number }) {
  const history = useInfiniteQuery(itemHistoryQuery(id));
  const entries = rowsOf(history.data);
  return (
    <section>
      <h3>History</h3>
      <ProblemAlert error={history.error} />
      <ol className="timeline">
        {entries.map((h) => (
          <li key={h.id}>
            <strong>{words(h.action)}</strong>{' '}
            {h.order_id !== null && <Link to={`/orders/${h.order_id}`}>{h.order_number}</Link>}
            <span className="under">
              <Time at={h.at} /> {'\u00b7'} {h.actor.name}
              {h.reason && ` \u00b7 ${h.reason}`}
            </span>
            <Changes changes={h.changes} made={h.action === 'created'} />
          </li>
        ))}
      </ol>
      {history.hasNextPage && <LoadMore query={history} shown={entries.length} />}
    </section>
  );
}

export function ItemDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const item = useQuery(itemQuery(id));
  const value = item.data?.value;
  return (
    <Sheet
      onClose={onClose}
      title={value ? <span className="mono">{value.esn}</span> : 'Item'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Ready query={item}>
        {(tagged) => (
          <div className="stack">
            <dl className="kv">
              <dt>Hex ID</dt>
              <dd className="mono">{tagged.value.hex_id}</dd>
              <dt>Order</dt>
              <dd>
                {tagged.value.order_id === null ? (
                  'not committed'
                ) : (
                  <Link to={`/orders/${tagged.value.order_id}`}>{tagged.value.order_number}</Link>
                )}
              </dd>
              <dt>Received</dt>
              <dd>
                <Time at={tagged.value.created_at} />
              </dd>
            </dl>
            <Edit key={tagged.etag ?? tagged.value.updated_at} item={tagged} />
            <History id={id} />
          </div>
        )}
      </Ready>
    </Sheet>
  );
}
