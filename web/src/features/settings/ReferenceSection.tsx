import { Badge, Button, Table } from '@mantine/core';
import { useQuery, type UseQueryOptions } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Dot, Empty, Ready } from '../../components/ui';
import { useMe } from '../../lib/me';
import { EntryDialog } from './EntryDialog';
import { meaningWords, rowName, type List, type Row } from './lists';
import { Locations } from './Locations';

const flagWords = [
  ['is_open', 'Open'],
  ['allow_commitment', 'Allows commitment'],
  ['sync_to_shipstation', 'To ShipStation'],
] as const;

function Extra({ list, row }: { list: List; row: Row }) {
  if (list.extra === 'position') return row.position;
  if (list.extra === 'initials') return <span className="mono">{row.initials}</span>;
  if (list.extra === 'locations') return <Locations warehouse={row.id} name={rowName(row)} />;
  if (list.extra === 'flags') {
    return (
      <div className="tags">
        {flagWords.map(
          ([flag, label]) =>
            row[flag] && (
              <Badge key={flag} variant="light" tt="none">
                {label}
              </Badge>
            ),
        )}
        {row.meaning && (
          <Badge variant="light" color="gray" tt="none">
            Means {meaningWords[row.meaning].toLowerCase()}
          </Badge>
        )}
      </div>
    );
  }
  return null;
}

const extraHead = { position: 'Position', initials: 'Initials', flags: 'Meaning', locations: 'Locations' };

/** One of the account's lists: shown, added to, changed, shortened. */
export function ReferenceSection({ list }: { list: List }) {
  const me = useMe();
  const rows = useQuery(list.query as UseQueryOptions<Row[]>);
  const [editing, setEditing] = useState<Row | 'new' | null>(null);
  const mayWrite = me.can('settings', 'write');
  return (
    <section className="card flush" aria-label={list.label}>
      <div className="card-head">
        <div>
          <h2>{list.label}</h2>
          <p className="hint under-title">{list.hint}</p>
        </div>
        {mayWrite && (
          <Button
            size="sm"
            variant="default"
            leftSection={<Plus size={16} aria-hidden="true" />}
            onClick={() => setEditing('new')}
          >
            Add {list.one}
          </Button>
        )}
      </div>
      <Ready query={rows}>
        {(data) =>
          data.length === 0 ? (
            <Empty title="None yet" />
          ) : (
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{list.extra === 'locations' ? 'Name' : 'Title'}</Table.Th>
                  {list.extra && <Table.Th>{extraHead[list.extra]}</Table.Th>}
                  <Table.Th aria-label="Actions" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.map((row) => (
                  <Table.Tr key={row.id}>
                    <Table.Td>
                      {row.color ? <Dot color={row.color}>{rowName(row)}</Dot> : rowName(row)}
                      {row.archived && (
                        <Badge variant="light" color="gray" tt="none" ml="xs">
                          Archived
                        </Badge>
                      )}
                    </Table.Td>
                    {list.extra && (
                      <Table.Td>
                        <Extra list={list} row={row} />
                      </Table.Td>
                    )}
                    <Table.Td className="num">
                      {mayWrite && (
                        <Button
                          size="xs"
                          variant="default"
                          aria-label={`Edit ${rowName(row)}`}
                          onClick={() => setEditing(row)}
                        >
                          Edit
                        </Button>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Ready>
      {editing !== null && (
        <EntryDialog list={list} row={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </section>
  );
}
