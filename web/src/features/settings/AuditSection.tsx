import { Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { auditQuery, rowsOf } from '../../api/queries';
import { Empty, LoadMore, Loading, ProblemAlert, Time } from '../../components/ui';
import { words } from '../../lib/format';

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
                    {words(entry.action)} {words(entry.resource).toLowerCase()}
                    {entry.resource_id !== null && ` ${entry.resource_id}`}
                  </Table.Td>
                  <Table.Td className="title">
                    {entry.changes.map((c) => (
                      <div key={c.field}>
                        {words(c.field)}: {c.from ?? 'none'} {'\u2192'} {c.to ?? 'none'}
                      </div>
                    ))}
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
