import { Badge, Button, Table } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { Empty } from '../../components/ui';
import { count, money } from '../../lib/format';
import { useMe } from '../../lib/me';
import { Committed } from './Committed';
import { LineDialog } from './LineDialog';

type Line = Schemas['OrderLine'];

function LineRow({ line, place, onEdit }: { line: Line; place: number; onEdit?: () => void }) {
  return (
    <Table.Tr>
      <Table.Td className="num">{place}</Table.Td>
      <Table.Td className="title">
        {line.title}
        <span className="under pieces">
          {line.sku && line.sku !== line.title && <span className="mono">{line.sku}</span>}
          {line.unit_price && <span>{money(line.unit_price)}</span>}
        </span>
        {line.unknown_sku && (
          <Badge color="red.9" variant="filled" tt="none" mt={4}>
            Unknown SKU
          </Badge>
        )}
      </Table.Td>
      <Table.Td className="num">{count(line.quantity)}</Table.Td>
      <Table.Td>
        {line.unknown_sku ? (
          <span className="under">counted nowhere</span>
        ) : (
          <Committed quantity={line.quantity} uncommitted={line.uncommitted} />
        )}
      </Table.Td>
      <Table.Td className="num">
        {line.unknown_sku ? (
          '\u2013'
        ) : (
          <span className={line.uncommitted > 0 ? 'differs' : undefined}>{count(line.uncommitted)}</span>
        )}
      </Table.Td>
      <Table.Td className="num">
        {onEdit && (
          <Button size="xs" variant="default" aria-label={`Edit line ${place}`} onClick={onEdit}>
            Edit
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** What was ordered, and how much of each line is committed. */
export function LinesCard({ order }: { order: Schemas['Order'] }) {
  const me = useMe();
  const mayWrite = me.can('orders', 'write');
  const [editing, setEditing] = useState<Line | 'new' | null>(null);
  return (
    <section className="card flush" aria-label="Lines">
      <div className="card-head">
        <h2>Lines</h2>
        {mayWrite && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Plus size={15} aria-hidden="true" />}
            onClick={() => setEditing('new')}
          >
            Add line
          </Button>
        )}
      </div>
      {order.lines.length === 0 ? (
        <Empty title="No lines">
          <p>Items can be committed directly, or add what was ordered.</p>
        </Empty>
      ) : (
        <div className="scroll" tabIndex={0} role="region" aria-label="Table of lines">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th className="num">Line</Table.Th>
                <Table.Th>Ordered</Table.Th>
                <Table.Th className="num">Quantity</Table.Th>
                <Table.Th>Committed</Table.Th>
                <Table.Th className="num">Uncommitted</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {order.lines.map((line, i) => (
                <LineRow
                  key={line.id}
                  line={line}
                  place={i + 1}
                  onEdit={mayWrite ? () => setEditing(line) : undefined}
                />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {editing !== null && (
        <LineDialog
          order={order.id}
          line={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
    </section>
  );
}
