import { Badge, Button, Select, Table } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { Link } from 'react-router';
import type { Schemas } from '../../api/client';
import { channelsQuery, orderStatusesQuery, ordersQuery, rowsOf } from '../../api/queries';
import { TitleSelect } from '../../components/pickers';
import { SearchField } from '../../components/SearchField';
import { Dot, Empty, LoadMore, Loading, PageHead, ProblemAlert, Time } from '../../components/ui';
import { useFilters } from '../../lib/filters';
import { plural } from '../../lib/format';
import { useMe } from '../../lib/me';
import { Committed } from './Committed';
import { warningWords } from './warnings';

type Order = Schemas['Order'];

function Lines({ order }: { order: Order }) {
  const [first, ...rest] = order.lines;
  if (!first) return <span className="under">No lines</span>;
  return (
    <>
      {first.title}
      <span className="under pieces">
        {first.sku && first.sku !== first.title && <span className="mono">{first.sku}</span>}
        {rest.length > 0 && <span>and {plural(rest.length, 'more line')}</span>}
      </span>
    </>
  );
}

/** The warnings of an order as tags, each kind once. */
function WarningTags({ order }: { order: Order }) {
  const codes = [...new Set(order.warnings.map((w) => w.code))];
  return (
    <div className="tags">
      {codes.map((code) => (
        <Badge key={code} color="orange" variant="light" c="#5c3800" tt="none">
          {warningWords[code]}
        </Badge>
      ))}
    </div>
  );
}

function OrderRow({ order, color }: { order: Order; color: string | null | undefined }) {
  return (
    <Table.Tr>
      <Table.Td className="nowrap">
        <Link className="linklike" to={`/orders/${order.id}`}>
          {order.number}
        </Link>
        {order.channel_order_id && <span className="under mono">{order.channel_order_id}</span>}
      </Table.Td>
      <Table.Td>
        {order.organization}
        <span className="under">
          <Time at={order.ordered_at} />
        </span>
      </Table.Td>
      <Table.Td>
        <Dot color={color}>{order.status}</Dot>
      </Table.Td>
      <Table.Td className="title">
        <Lines order={order} />
        <WarningTags order={order} />
      </Table.Td>
      <Table.Td>
        <Committed quantity={order.quantity} uncommitted={order.uncommitted} />
      </Table.Td>
    </Table.Tr>
  );
}

type Filters = ReturnType<typeof useFilters>;

function YesNo({
  filters,
  name,
  label,
  yes,
  no,
}: Record<'name' | 'label' | 'yes' | 'no', string> & { filters: Filters }) {
  return (
    <Select
      className="pick"
      aria-label={label}
      placeholder={label}
      clearable
      data={[
        { value: 'yes', label: yes },
        { value: 'no', label: no },
      ]}
      value={filters.get(name)}
      onChange={(v) => filters.set(name, v)}
    />
  );
}

function FilterBar({ filters }: { filters: Filters }) {
  const channels = useQuery(channelsQuery).data ?? [];
  const { get, set } = filters;
  return (
    <div className="filters" role="search">
      <SearchField
        label="Search orders"
        placeholder="Number, SKU or ESN"
        value={get('q') ?? ''}
        onChange={(q) => set('q', q)}
      />
      <TitleSelect
        className="pick"
        query={orderStatusesQuery}
        aria-label="Status"
        placeholder="Status"
        clearable
        value={get('status')}
        onChange={(v) => set('status', v)}
      />
      {channels.length > 0 && (
        <Select
          className="pick"
          aria-label="Channel"
          placeholder="Channel"
          clearable
          data={channels.map((c) => ({ value: String(c.id), label: c.name }))}
          value={get('channel')}
          onChange={(v) => set('channel', v)}
        />
      )}
      <YesNo filters={filters} name="open" label="Open" yes="Open" no="Closed" />
      <YesNo filters={filters} name="uncommitted" label="Units" yes="Uncommitted units" no="All committed" />
      <YesNo filters={filters} name="unknown_sku" label="SKU" yes="Unknown SKU" no="SKU known" />
    </div>
  );
}

export function OrdersPage() {
  const me = useMe();
  const filters = useFilters();
  const { get, flag, any } = filters;
  const statuses = useQuery(orderStatusesQuery).data ?? [];
  const orders = useInfiniteQuery({
    ...ordersQuery({
      q: get('q') ?? undefined,
      status: get('status') ?? undefined,
      channel_id: Number(get('channel')) || undefined,
      is_open: flag('open'),
      uncommitted: flag('uncommitted'),
      unknown_sku: flag('unknown_sku'),
    }),
    placeholderData: (before) => before,
  });
  const rows = rowsOf(orders.data);
  return (
    <>
      <PageHead title="Orders" sub="Sales orders of every channel, and your own">
        {me.can('orders', 'write') && (
          <Button component={Link} to="/orders/new" leftSection={<Plus size={18} aria-hidden="true" />}>
            New order
          </Button>
        )}
      </PageHead>
      <div className="card flush">
        <FilterBar filters={filters} />
        <ProblemAlert error={orders.error} />
        {orders.isPending && <Loading />}
        {orders.data && rows.length === 0 && (
          <Empty title={any() ? 'No order fits' : 'No orders yet'}>
            {any() ? (
              <p>Change the search or the filters.</p>
            ) : (
              <p>Switch order import on for a channel in Integrations, or create an order by hand.</p>
            )}
          </Empty>
        )}
        {rows.length > 0 && (
          <div className="scroll" tabIndex={0} role="region" aria-label="Orders">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Order</Table.Th>
                  <Table.Th>Organization</Table.Th>
                  <Table.Th>Status</Table.Th>
                  <Table.Th>Lines</Table.Th>
                  <Table.Th>Committed</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((order) => (
                  <OrderRow
                    key={order.id}
                    order={order}
                    color={statuses.find((s) => s.title === order.status)?.color}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        <LoadMore query={orders} shown={rows.length} />
      </div>
    </>
  );
}
