import { Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { Schemas } from '../../api/client';
import { auditQuery, rowsOf } from '../../api/queries';
import { Changes } from '../../components/Changes';
import { Empty, LoadMore, Loading, ProblemAlert, Time } from '../../components/ui';
import { words } from '../../lib/format';

/** Where a thing can be looked at; its number alone says little. */
const places: Record<string, (id: number) => string> = {
  channel: (id) => `/integrations/${id}/details`,
  item: (id) => `/inventory?item=${id}`,
  order: (id) => `/orders/${id}`,
};

function What({ entry }: { entry: Schemas['AuditEntry'] }) {
  const deed = words(entry.action);
  if (entry.resource === 'session') return <>{deed}</>;
  const thing = `${words(entry.resource).toLowerCase()} ${entry.resource_id ?? ''}`.trim();
  const place = entry.action === 'delete' || entry.resource_id === null ? undefined : places[entry.resource];
  return (
    <>
      {deed} {place ? <Link to={place(entry.resource_id ?? 0)}>{thing}</Link> : thing}
    </>
  );
}

export function AuditSection() {
  const audit = useInfiniteQuery(auditQuery({}));
  const rows = rowsOf(audit.data);
  return (
    <section className="card flush" aria-label="Audit trail">
      <div className="card-head">
        <div>
          <h2>Audit trail</h2>
          <p className="hint under-title">Who changed what, when and from where. Newest first.</p>
        </div>
      </div>
      <ProblemAlert error={audit.error} />
      {audit.isPending && <Loading />}
      {audit.data && rows.length === 0 && <Empty title="Nothing yet" />}
      {rows.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label="Table of changes">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>Who</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>Changes</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((entry) => (
                <Table.Tr key={entry.id}>
                  <Table.Td className="nowrap">
                    <Time at={entry.at} />
                  </Table.Td>
                  <Table.Td>
                    {entry.actor.name}
                    {entry.address && <span className="under mono">{entry.address}</span>}
                  </Table.Td>
                  <Table.Td>
                    <What entry={entry} />
                  </Table.Td>
                  <Table.Td className="title">
                    <Changes changes={entry.changes} made={entry.action === 'create'} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <LoadMore query={audit} shown={rows.length} />
    </section>
  );
}
