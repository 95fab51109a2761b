import { Badge, Button, Select, Table } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { api, must, type Schemas } from '../../api/client';
import { isActive, listingsQuery, putRun, rowsOf, runsQuery } from '../../api/queries';
import { SearchField } from '../../components/SearchField';
import { Card, Empty, LoadMore, Loading, ProblemAlert, RunProgress, Signed, Time } from '../../components/ui';
import { useFilters } from '../../lib/filters';
import { count, words } from '../../lib/format';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { ConnectDialog } from './ConnectDialog';
import { ListingDrawer } from './ListingDrawer';

type Listing = Schemas['Listing'];
type Filter = Parameters<typeof listingsQuery>[1];

export function ConnectedTag({ listing }: { listing: Listing }) {
  if (listing.connected) {
    return (
      <Badge color="green.9" variant="filled" tt="none">
        Connected
      </Badge>
    );
  }
  return (
    <Badge color="gray.7" variant="outline" c="gray.8" tt="none">
      Not connected
    </Badge>
  );
}

function QuantityCell({ value, target }: { value: Listing['last_synced']; target: number | null }) {
  if (!value) return <Table.Td className="num">{'\u2013'}</Table.Td>;
  return (
    <Table.Td className="num">
      <span className={target !== null && value.quantity !== target ? 'differs' : undefined}>
        <Signed value={value.quantity} />
      </span>
      <span className="under">
        <Time at={value.at} />
      </span>
    </Table.Td>
  );
}

function ListingRow({
  listing,
  onOpen,
  onConnect,
}: {
  listing: Listing;
  onOpen: () => void;
  onConnect?: () => void;
}) {
  return (
    <Table.Tr>
      <Table.Td className="title">
        <button type="button" className="linklike mono" onClick={onOpen}>
          {listing.sku}
        </button>
        <span className="under">{listing.title}</span>
        {listing.asin && <span className="under mono">{listing.asin}</span>}
      </Table.Td>
      <Table.Td>
        <ConnectedTag listing={listing} />
        {listing.connected && listing.connection.mode !== 'auto' && (
          <span className="under">
            {listing.connection.mode === 'skus' ? 'by SKU, by hand' : 'by variation'}
          </span>
        )}
        <span className="under nowrap">
          {words(listing.state)}
          {listing.fulfillment === 'amazon' && ', by Amazon'}
        </span>
      </Table.Td>
      <QuantityCell value={listing.last_calculated} target={null} />
      <Table.Td className="num">
        <strong>{listing.target === null ? '\u2013' : count(listing.target)}</strong>
      </Table.Td>
      <QuantityCell value={listing.last_synced} target={listing.target} />
      <QuantityCell value={listing.last_imported} target={listing.target} />
      <Table.Td className="nowrap">
        {onConnect && (
          <Button
            variant="default"
            size="xs"
            onClick={onConnect}
            aria-label={`${listing.connected ? 'Change' : 'Connect'} ${listing.sku}`}
          >
            {listing.connected ? 'Change' : 'Connect'}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function SyncBar({ channel }: { channel: Schemas['Channel'] }) {
  const me = useMe();
  const client = useQueryClient();
  const runs = useQuery(runsQuery(channel.id));
  const active = (runs.data ?? []).filter(isActive);
  const last = runs.data?.find((r) => r.kind === 'sync_listings');
  const sync = useSave({
    run: () => must(api.POST('/channels/{id}/sync_listings', { params: { path: { id: channel.id } } })),
    then: (run) => putRun(client, run),
  });
  const push = useSave({
    run: () => must(api.POST('/channels/{id}/push_quantities', { params: { path: { id: channel.id } } })),
    then: (run) => putRun(client, run),
  });
  const shown = active.length > 0 ? active : last && !isActive(last) && last.state === 'failed' ? [last] : [];
  return (
    <Card>
      <div className="row apart">
        <span>
          Listings last synced <Time at={channel.figures.last_listing_sync_at} />, last push{' '}
          <Time at={channel.figures.last_push_at} />
        </span>
        {me.can('channels', 'write') && (
          <div className="row">
            <Button
              variant="default"
              loading={push.isPending}
              disabled={active.some((r) => r.kind === 'push_quantities')}
              onClick={() => push.mutate()}
            >
              Push quantities now
            </Button>
            <Button
              leftSection={<RefreshCw size={17} aria-hidden="true" />}
              loading={sync.isPending}
              disabled={active.some((r) => r.kind === 'sync_listings')}
              onClick={() => sync.mutate()}
            >
              Sync Listings
            </Button>
          </div>
        )}
      </div>
      {shown.map((run) => (
        <div key={run.id} className="run-line">
          <RunProgress run={run} />
        </div>
      ))}
      <ProblemAlert error={sync.error ?? push.error} />
    </Card>
  );
}

export function ListingsTab({ channel }: { channel: Schemas['Channel'] }) {
  const me = useMe();
  const { get, set, flag, any } = useFilters();
  const [connecting, setConnecting] = useState<Listing | null>(null);
  const filter: Filter = {
    q: get('q') ?? undefined,
    connected: flag('connected'),
    state: (get('state') as Listing['state'] | null) ?? undefined,
    fulfillment: (get('fulfillment') as Listing['fulfillment'] | null) ?? undefined,
    differs: flag('differs'),
  };
  const listings = useInfiniteQuery({
    ...listingsQuery(channel.id, filter),
    placeholderData: (before) => before,
  });
  const rows = rowsOf(listings.data);
  const open = Number(get('listing'));
  const filtered = any('listing');

  return (
    <div className="stack">
      <SyncBar channel={channel} />
      <div className="card flush">
        <div className="filters" role="search">
          <SearchField
            label="Search listings"
            placeholder="SKU, ASIN or words of the title"
            value={get('q') ?? ''}
            onChange={(q) => set('q', q)}
          />
          <Select
            className="pick"
            aria-label="Connection"
            placeholder="Connection"
            clearable
            data={[
              { value: 'yes', label: 'Connected' },
              { value: 'no', label: 'Not connected' },
            ]}
            value={get('connected')}
            onChange={(v) => set('connected', v)}
          />
          <Select
            className="pick"
            aria-label="State"
            placeholder="State"
            clearable
            data={['active', 'inactive', 'ended'].map((s) => ({ value: s, label: words(s) }))}
            value={get('state')}
            onChange={(v) => set('state', v)}
          />
          <Select
            className="pick"
            aria-label="Fulfilled by"
            placeholder="Fulfilled by"
            clearable
            data={[
              { value: 'merchant', label: 'By us' },
              { value: 'amazon', label: 'By Amazon' },
            ]}
            value={get('fulfillment')}
            onChange={(v) => set('fulfillment', v)}
          />
          <Select
            className="pick"
            aria-label="Quantity"
            placeholder="Quantity"
            clearable
            data={[
              { value: 'yes', label: 'Not in step' },
              { value: 'no', label: 'In step' },
            ]}
            value={get('differs')}
            onChange={(v) => set('differs', v)}
          />
        </div>
        <ProblemAlert error={listings.error} />
        {listings.isPending && <Loading />}
        {listings.data && rows.length === 0 && (
          <Empty title={filtered ? 'No listing fits' : 'No listings yet'}>
            {filtered ? 'Change the search or the filters.' : 'Sync Listings reads them from Amazon.'}
          </Empty>
        )}
        {rows.length > 0 && (
          <div className="scroll">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Listing</Table.Th>
                  <Table.Th>Connection</Table.Th>
                  <Table.Th className="num">Last calculated</Table.Th>
                  <Table.Th className="num">Target</Table.Th>
                  <Table.Th className="num">Last synced</Table.Th>
                  <Table.Th className="num">Last imported</Table.Th>
                  <Table.Th aria-label="Actions" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((listing) => (
                  <ListingRow
                    key={listing.id}
                    listing={listing}
                    onOpen={() => set('listing', String(listing.id))}
                    onConnect={me.can('channels', 'write') ? () => setConnecting(listing) : undefined}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        <LoadMore query={listings} shown={rows.length} />
      </div>
      {open > 0 && <ListingDrawer id={open} onClose={() => set('listing', null)} onConnect={setConnecting} />}
      {connecting && <ConnectDialog listing={connecting} onClose={() => setConnecting(null)} />}
    </div>
  );
}
