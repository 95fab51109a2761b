import { Button, NumberInput, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api, fieldErrors, ifMatch, must, type Schemas } from '../../api/client';
import { inventoryStatusesQuery, warehousesQuery } from '../../api/queries';
import { ConfirmButton } from '../../components/confirm';
import { TitleChecks } from '../../components/pickers';
import { Card, ProblemAlert } from '../../components/ui';
import { fromLocalField, toLocalField } from '../../lib/localtime';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { AccountCard } from './AccountCard';
import { PlanDialog } from './PlanDialog';
import { StatusMapEditor } from './StatusMapEditor';

export type ChannelDraft = Schemas['ChannelPatch'];

const fields = [
  '/inventory_sync',
  '/counted_statuses',
  '/counted_warehouses',
  '/reserve',
  '/cap',
  '/import_orders_from',
  '/organization_type',
  '/order_status_map',
  '/name',
  '/marketplace_ids',
  '/seller_id',
  '/credentials',
  '/endpoint_url',
  '/token_url',
];

/** An emptied number field means "none"; the server says whether that is allowed. */
function numberOrNull(value: string | number): number | null {
  return typeof value === 'number' ? value : null;
}

export function DetailsTab({ channel, etag }: { channel: Schemas['Channel']; etag: string | null }) {
  const me = useMe();
  const navigate = useNavigate();
  const mayWrite = me.can('channels', 'write');
  const mayOwn = me.can('channels', 'full');
  const [draft, setDraft] = useState<ChannelDraft>({});
  const [base, setBase] = useState(etag); // what the draft was begun on
  const [planOpen, setPlanOpen] = useState(false);
  const now = { ...channel, ...draft };
  const set = (change: ChannelDraft) => {
    if (Object.keys(draft).length === 0) setBase(etag);
    setDraft({ ...draft, ...change });
  };
  const discard = () => {
    setDraft({});
    save.reset();
  };
  const save = useSave({
    run: (body: ChannelDraft) =>
      must(
        api.PATCH('/channels/{id}', {
          params: {
            path: { id: channel.id },
            header: ifMatch(Object.keys(draft).length === 0 ? etag : base),
          },
          body,
        }),
      ),
    stale: ['channel', 'channels', 'channel-diagnosis', 'listings'],
    said: 'Saved',
    then: () => {
      setDraft({});
      setPlanOpen(false);
    },
  });
  const remove = useSave({
    run: () =>
      must(api.DELETE('/channels/{id}', { params: { path: { id: channel.id }, header: ifMatch(etag) } })),
    stale: ['channels'],
    said: 'Channel deleted',
    then: () => void navigate('/integrations'),
  });
  const at = fieldErrors(save.error);
  const dirty = Object.keys(draft).length > 0;

  return (
    <form
      className="stack"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate(draft);
      }}
    >
      <Card
        title="Inventory sync"
        hint="Sends each connected listing its quantity within seconds of a change. Switching it off sends nothing."
      >
        <div className="stack">
          <Switch
            label="Push quantities to Amazon"
            checked={now.inventory_sync}
            disabled={!mayWrite}
            error={at('/inventory_sync')}
            onChange={(e) => (e.currentTarget.checked ? setPlanOpen(true) : set({ inventory_sync: false }))}
          />
          <div className="cols2">
            <TitleChecks
              query={inventoryStatusesQuery}
              label="Counted statuses"
              description="Items in any other status are not offered here"
              value={now.counted_statuses}
              onChange={(counted_statuses) => set({ counted_statuses })}
              error={at('/counted_statuses')}
              disabled={!mayWrite}
            />
            <TitleChecks
              query={warehousesQuery}
              label="Counted warehouses"
              description="Items elsewhere or in none are not offered here"
              value={now.counted_warehouses}
              onChange={(counted_warehouses) => set({ counted_warehouses })}
              error={at('/counted_warehouses')}
              disabled={!mayWrite}
            />
            <NumberInput
              label="Reserve"
              description="Units held back from every listing"
              min={0}
              allowDecimal={false}
              value={now.reserve}
              onChange={(v) => set({ reserve: numberOrNull(v) ?? 0 })}
              error={at('/reserve')}
              disabled={!mayWrite}
            />
            <NumberInput
              label="Cap"
              description="Most units shown for one listing; empty for no cap"
              min={0}
              allowDecimal={false}
              value={now.cap ?? ''}
              onChange={(v) => set({ cap: numberOrNull(v) })}
              error={at('/cap')}
              disabled={!mayWrite}
            />
          </div>
        </div>
      </Card>

      <Card
        title="Order import"
        hint="Status flows from Amazon to here only. Orders fulfilled by Amazon are not imported, nor is any buyer's name or address."
      >
        <div className="stack">
          <Switch
            label="Import orders"
            checked={now.order_import}
            disabled={!mayWrite}
            error={at('/order_import')}
            onChange={(e) => set({ order_import: e.currentTarget.checked })}
          />
          <div className="cols2">
            <TextInput
              label="Import orders from"
              description="Empty: from the moment of switching on"
              type="datetime-local"
              value={toLocalField(now.import_orders_from)}
              onChange={(e) => set({ import_orders_from: fromLocalField(e.currentTarget.value) })}
              error={at('/import_orders_from')}
              disabled={!mayWrite}
            />
            <TextInput
              label="Organization type"
              description={`Orders come in under the name ${channel.name}`}
              maxLength={100}
              value={now.organization_type}
              onChange={(e) => set({ organization_type: e.currentTarget.value })}
              error={at('/organization_type')}
              disabled={!mayWrite}
            />
          </div>
          <StatusMapEditor
            kind={channel.kind}
            value={now.order_status_map}
            onChange={(order_status_map) => set({ order_status_map })}
            at={at}
            disabled={!mayWrite}
          />
          {at('/order_status_map') && <p className="neg">{at('/order_status_map')}</p>}
        </div>
      </Card>

      <AccountCard channel={channel} draft={draft} set={set} at={at} mayWrite={mayWrite} mayOwn={mayOwn} />

      {mayOwn && (
        <Card title="Delete" hint="Its listings go with it; its orders stay. Nothing is sent to Amazon.">
          <ConfirmButton
            label="Delete channel"
            variant="outline"
            color="red.9"
            title={`Delete ${channel.name}?`}
            deed="Delete"
            busy={remove.isPending}
            error={remove.error}
            onConfirm={() => remove.mutate()}
          >
            The quantities on Amazon stay as they are and are no longer kept right.
          </ConfirmButton>
        </Card>
      )}

      {!planOpen && <ProblemAlert error={save.error} fields={fields} />}
      {dirty && (
        <div className="save-bar">
          <span>Unsaved changes</span>
          <Button variant="default" onClick={discard}>
            Discard
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </div>
      )}
      {planOpen && (
        <PlanDialog
          channel={channel}
          title="What switching on would send"
          filter={{
            counted_statuses: now.counted_statuses,
            counted_warehouses: now.counted_warehouses,
            reserve: now.reserve,
            ...(now.cap === null ? {} : { cap: now.cap }),
          }}
          confirm="Switch on and send"
          busy={save.isPending}
          error={save.error}
          onConfirm={() => save.mutate({ ...draft, inventory_sync: true })}
          onClose={() => {
            setPlanOpen(false);
            save.reset();
          }}
        />
      )}
    </form>
  );
}
