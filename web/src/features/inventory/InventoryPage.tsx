import { Button, Select, Table } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ScanLine } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { inventoryStatusesQuery, itemsQuery, rowsOf, warehousesQuery } from '../../api/queries';
import { TitleSelect } from '../../components/pickers';
import { SearchField } from '../../components/SearchField';
import { Dot, Empty, LoadMore, Loading, PageHead, ProblemAlert, Time } from '../../components/ui';
import { useFilters } from '../../lib/filters';
import { money } from '../../lib/format';
import { useMe } from '../../lib/me';
import { ItemDrawer } from './ItemDrawer';
import { ReceiveDialog } from './ReceiveDialog';

// No warehouse can be called this: names have no white space at their ends.
const noWarehouse = ' none ';

export function InventoryPage() {
  const me = useMe();
  const { get, set, flag, any } = useFilters();
  const [receiving, setReceiving] = useState(false);
  const statuses = useQuery(inventoryStatusesQuery).data ?? [];
  const colorOf = (title: string) => statuses.find((s) => s.title === title)?.color;
  const warehouse = get('warehouse');
  const items = useInfiniteQuery({
    ...itemsQuery({
      q: get('q') ?? undefined,
      status: get('status') ?? undefined,
      warehouse: warehouse === noWarehouse ? '' : (warehouse ?? undefined),
      committed: flag('committed'),
    }),
    placeholderData: (before) => before,
  });
  const rows = rowsOf(items.data);
  const open = Number(get('item'));
  return (
    <>
      <PageHead title="Inventory" sub="Every unit, by its IMEI or serial">
        {me.can('inventory', 'write') && (
          <Button leftSection={<ScanLine size={18} aria-hidden="true" />} onClick={() => setReceiving(true)}>
            Receive
          </Button>
        )}
      </PageHead>
      <div className="card flush">
        <div className="filters" role="search">
          <SearchField
            label="Search items"
            placeholder="Scan or type an ESN, Hex ID, SKU or model"
            value={get('q') ?? ''}
            onChange={(q) => set('q', q)}
          />
          <TitleSelect
            className="pick"
            query={inventoryStatusesQuery}
            aria-label="Status"
            placeholder="Status"
            clearable
            value={get('status')}
            onChange={(v) => set('status', v)}
          />
          <TitleSelect
            className="pick"
            query={warehousesQuery}
            extra={[{ value: noWarehouse, label: 'No warehouse' }]}
            aria-label="Warehouse"
            placeholder="Warehouse"
            clearable
            value={warehouse}
            onChange={(v) => set('warehouse', v)}
          />
          <Select
            className="pick"
            aria-label="Committed"
            placeholder="Committed"
            clearable
            data={[
              { value: 'no', label: 'Not committed' },
              { value: 'yes', label: 'Committed' },
            ]}
            value={get('committed')}
            onChange={(v) => set('committed', v)}
          />
        </div>
        <ProblemAlert error={items.error} />
        {items.isPending && <Loading />}
        {items.data && rows.length === 0 && (
          <Empty title={any('item') ? 'No item fits' : 'Nothing in stock yet'}>
            {!any('item') && <p>Receive the first phones by scanning their IMEI.</p>}
          </Empty>
        )}
        {rows.length > 0 && (
          <div className="scroll">
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>ESN</Table.Th>
                  <Table.Th>Variation</Table.Th>
                  <Table.Th>Status</Table.Th>
                  <Table.Th>Warehouse</Table.Th>
                  <Table.Th className="num">Paid</Table.Th>
                  <Table.Th>Order</Table.Th>
                  <Table.Th>Changed</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((item) => (
                  <Table.Tr key={item.id}>
                    <Table.Td className="nowrap">
                      <button
                        type="button"
                        className="linklike mono"
                        onClick={() => set('item', String(item.id))}
                      >
                        {item.esn}
                      </button>
                      <span className="under mono">{item.hex_id}</span>
                    </Table.Td>
                    <Table.Td className="title">
                      {item.variation.title}
                      {item.variation.sku && <span className="under mono">{item.variation.sku}</span>}
                    </Table.Td>
                    <Table.Td>
                      <Dot color={colorOf(item.status)}>{item.status}</Dot>
                    </Table.Td>
                    <Table.Td className="nowrap">
                      {item.warehouse ?? <span className="differs">none</span>}
                      {item.location && <span className="under">{item.location}</span>}
                    </Table.Td>
                    <Table.Td className="num">{money(item.paid)}</Table.Td>
                    <Table.Td className="nowrap">
                      {item.order_id !== null && (
                        <Link to={`/orders/${item.order_id}`}>{item.order_number}</Link>
                      )}
                    </Table.Td>
                    <Table.Td className="nowrap">
                      <Time at={item.updated_at} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        <LoadMore query={items} shown={rows.length} />
      </div>
      {open > 0 && <ItemDrawer id={open} onClose={() => set('item', null)} />}
      {receiving && <ReceiveDialog onClose={() => setReceiving(false)} />}
    </>
  );
}
