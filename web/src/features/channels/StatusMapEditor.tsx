import { Badge, Button, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { channelKindsQuery, orderStatusesQuery } from '../../api/queries';
import { TitleSelect } from '../../components/pickers';

type StatusMap = Record<string, string>;
const unmapped = '';

/** Channel status to order status. What is left open is not imported. */
export function StatusMapEditor({
  kind,
  value,
  onChange,
  at,
  disabled,
}: {
  kind: string;
  value: StatusMap;
  onChange: (map: StatusMap) => void;
  at: (pointer: string) => string | undefined;
  disabled: boolean;
}) {
  const known = useQuery(channelKindsQuery).data?.find((k) => k.kind === kind)?.statuses ?? [];
  const meaning = new Map(known.map((s) => [s.status, s]));
  const all = [...new Set([...known.map((s) => s.status), ...Object.keys(value)])];
  const suggested = Object.fromEntries(
    known.flatMap((s) => (s.suggested === null ? [] : [[s.status, s.suggested] as const])),
  );
  const same = all.every((s) => (value[s] ?? unmapped) === (suggested[s] ?? unmapped));
  const set = (status: string, title: string) => {
    const others = Object.entries(value).filter(([s]) => s !== status);
    onChange(Object.fromEntries(title === unmapped ? others : [...others, [status, title]]));
  };
  return (
    <div className="stack tight">
      <div className="scroll">
        <Table aria-label="Order status map" highlightOnHover={false}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>On Amazon</Table.Th>
              <Table.Th>Here</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {all.map((status) => (
              <Table.Tr key={status}>
                <Table.Td>
                  <span className="mono">{status}</span>{' '}
                  {value[status] === undefined && (
                    <Badge color="gray.7" variant="outline" c="gray.8" tt="none">
                      not imported
                    </Badge>
                  )}
                  <span className="under">{meaning.get(status)?.meaning ?? 'Unknown to this version'}</span>
                </Table.Td>
                <Table.Td>
                  <TitleSelect
                    query={orderStatusesQuery}
                    aria-label={`Order status for ${status}`}
                    extra={[{ value: unmapped, label: 'Do not import' }]}
                    value={value[status] ?? unmapped}
                    onChange={(title) => set(status, title ?? unmapped)}
                    error={at(`/order_status_map/${status}`)}
                    disabled={disabled}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {!disabled && (
        <div className="row">
          <Button
            variant="default"
            size="sm"
            disabled={same}
            onClick={() => onChange({ ...value, ...suggested })}
          >
            Use the suggestions
          </Button>
          {same && <span className="under">These are the suggestions.</span>}
        </div>
      )}
    </div>
  );
}
