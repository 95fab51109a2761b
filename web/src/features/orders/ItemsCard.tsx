import { Badge, Button, Table } from '@mantine/core';
import { Link } from 'react-router';
import { api, must, type Schemas } from '../../api/client';
import { Empty, ProblemAlert, Time } from '../../components/ui';
import { plural } from '../../lib/format';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { orderStale } from './useOrder';

type Order = Schemas['Order'];

/** The items on the order, and for each the line it fills. */
export function ItemsCard({ order }: { order: Order }) {
  const me = useMe();
  const uncommit = useSave({
    run: (item: number) =>
      must(
        api.DELETE('/orders/{id}/commitments/{item_id}', {
          params: { path: { id: order.id, item_id: item } },
        }),
      ),
    stale: orderStale,
    said: 'Uncommitted; the item has its former status again',
  });
  const place = new Map(order.lines.map((line, i) => [line.id, i + 1]));
  return (
    <section className="card flush" aria-label="Committed items">
      <div className="card-head">
        <h2>Committed items</h2>
        <span className="under">{plural(order.items.length, 'item')}</span>
      </div>
      <ProblemAlert error={uncommit.error} />
      {order.items.length === 0 ? (
        <Empty title={order.allow_commitment ? 'Nothing committed yet' : 'Nothing committed'}>
          {order.allow_commitment && <p>Scan an ESN or a Hex ID to commit it.</p>}
        </Empty>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label="Table of committed items">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>ESN</Table.Th>
                <Table.Th>Variation</Table.Th>
                <Table.Th>Fills</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {order.items.map((item) => (
                <Table.Tr key={item.item_id}>
                  <Table.Td className="nowrap">
                    <Link className="linklike mono" to={`/inventory?item=${item.item_id}`}>
                      {item.esn}
                    </Link>
                    <span className="under mono">{item.hex_id}</span>
                  </Table.Td>
                  <Table.Td className="title">
                    {item.variation_title}
                    {item.sku && <span className="under mono">{item.sku}</span>}
                  </Table.Td>
                  <Table.Td className="nowrap">
                    {item.line_id === null ? (
                      <Badge color="orange" variant="light" c="#5c3800" tt="none">
                        Direct commit
                      </Badge>
                    ) : (
                      `Line ${place.get(item.line_id) ?? ''}`
                    )}
                    <span className="under">
                      <Time at={item.committed_at} />
                    </span>
                  </Table.Td>
                  <Table.Td className="num">
                    {me.can('orders', 'write') && (
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Uncommit ${item.esn}`}
                        loading={uncommit.isPending && uncommit.variables === item.item_id}
                        onClick={() => uncommit.mutate(item.item_id)}
                      >
                        Uncommit
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </section>
  );
}
