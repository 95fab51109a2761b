import { Button, Select, Table } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, must, type Schemas } from '../../api/client';
import {
  channelDiagnosisQuery,
  channelEventsQuery,
  isActive,
  putRun,
  quarantineQuery,
  rowsOf,
  runsQuery,
} from '../../api/queries';
import {
  Card,
  ChannelWords,
  Empty,
  Findings,
  LoadMore,
  ProblemAlert,
  Ready,
  RunErrorText,
  RunProgress,
  RunStateTag,
  runTitle,
  SeverityIcon,
  Time,
} from '../../components/ui';
import { count, plural, sentence, words } from '../../lib/format';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';

const kinds: Schemas['EventKind'][] = [
  'push_refused',
  'push_accepted',
  'push_applied',
  'difference_stays',
  'changed_elsewhere',
  'taken_over',
  'bulk_sent',
  'bulk_done',
  'bulk_lost',
  'listing_ended',
  'listing_unreadable',
  'reading_stalled',
  'credentials_replaced',
  'call_refused',
  'throttled',
  'unavailable',
  'unauthorised',
  'order_imported',
  'order_quarantined',
  'state_changed',
  'brake',
  'settings_changed',
];

function Runs({ channel }: { channel: Schemas['Channel'] }) {
  const me = useMe();
  const client = useQueryClient();
  const runs = useQuery(runsQuery(channel.id));
  const importOrders = useSave({
    run: () => must(api.POST('/channels/{id}/import_orders', { params: { path: { id: channel.id } } })),
    then: (run) => putRun(client, run),
  });
  const active = runs.data?.filter(isActive) ?? [];
  return (
    <Card
      title="Runs"
      action={
        me.can('channels', 'write') && (
          <Button
            variant="default"
            size="sm"
            loading={importOrders.isPending}
            onClick={() => importOrders.mutate()}
          >
            Import orders now
          </Button>
        )
      }
    >
      <ProblemAlert error={importOrders.error} />
      {active.map((run) => (
        <div key={run.id} className="run-line">
          <RunProgress run={run} />
        </div>
      ))}
      <Ready query={runs}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="Nothing has run yet" />
          ) : (
            <div className="scroll">
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Run</Table.Th>
                    <Table.Th>State</Table.Th>
                    <Table.Th className="num">Done</Table.Th>
                    <Table.Th>Started</Table.Th>
                    <Table.Th>Said</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {list.map((run) => (
                    <Table.Tr key={run.id}>
                      <Table.Td className="nowrap">{runTitle(run)}</Table.Td>
                      <Table.Td>
                        <RunStateTag run={run} />
                      </Table.Td>
                      <Table.Td className="num">
                        {count(run.done)}
                        {run.total !== null && ` / ${count(run.total)}`}
                      </Table.Td>
                      <Table.Td className="nowrap">
                        <Time at={run.started_at ?? run.created_at} />
                      </Table.Td>
                      <Table.Td>{run.error ? <RunErrorText error={run.error} /> : run.message}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          )
        }
      </Ready>
    </Card>
  );
}

function Quarantine({ channel }: { channel: Schemas['Channel'] }) {
  const quarantine = useInfiniteQuery(quarantineQuery(channel.id));
  const orders = rowsOf(quarantine.data);
  if (orders.length === 0) return null;
  return (
    <Card
      title="Orders that could not be read"
      hint="They wait here and are tried again; the others went in. Personal fields are already dropped."
    >
      <div className="stack tight">
        {orders.map((o) => (
          <details key={o.id}>
            <summary>
              {o.channel_order_id ?? 'Unnumbered order'}: {o.detail}
            </summary>
            <p className="hint">
              {o.pointer && (
                <>
                  At <span className="mono">{o.pointer}</span>.{' '}
                </>
              )}
              Tried {plural(o.attempts, 'time')}, last <Time at={o.last_seen_at} />.
            </p>
            <pre className="raw" tabIndex={0}>
              {o.body}
            </pre>
          </details>
        ))}
        <LoadMore query={quarantine} shown={orders.length} />
      </div>
    </Card>
  );
}

function Events({ channel }: { channel: Schemas['Channel'] }) {
  const [severity, setSeverity] = useState<string | null>(null);
  const [kind, setKind] = useState<string | null>(null);
  const events = useInfiniteQuery(
    channelEventsQuery(channel.id, {
      severity: (severity as Schemas['Severity'] | null) ?? undefined,
      kind: (kind as Schemas['EventKind'] | null) ?? undefined,
    }),
  );
  const rows = rowsOf(events.data);
  return (
    <div className="card flush">
      <div className="filters">
        <h2 className="grow-title">Events</h2>
        <Select
          className="pick"
          aria-label="Severity"
          placeholder="Severity"
          clearable
          data={['info', 'warning', 'error'].map((s) => ({ value: s, label: words(s) }))}
          value={severity}
          onChange={setSeverity}
        />
        <Select
          className="pick"
          aria-label="Kind"
          placeholder="Kind"
          clearable
          data={kinds.map((k) => ({ value: k, label: words(k) }))}
          value={kind}
          onChange={setKind}
        />
      </div>
      <ProblemAlert error={events.error} />
      {events.data && rows.length === 0 && (
        <Empty title="Nothing to tell">Calls that went well are not listed.</Empty>
      )}
      {rows.length > 0 && (
        <div className="scroll">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>About</Table.Th>
                <Table.Th>Detail</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((e) => (
                <Table.Tr key={e.id}>
                  <Table.Td className="nowrap">
                    <Time at={e.at} />
                  </Table.Td>
                  <Table.Td className="nowrap">
                    <span className={`dot sev-${e.severity}`}>
                      <SeverityIcon severity={e.severity} />
                      {words(e.kind)}
                    </span>
                    {e.operation && (
                      <span className="under mono">
                        {e.operation} {e.http_status}
                      </span>
                    )}
                  </Table.Td>
                  <Table.Td>
                    {e.order_id !== null && (
                      <Link to={`/orders/${e.order_id}`}>{e.channel_order_id ?? 'Order'}</Link>
                    )}
                    {e.listing_id !== null && (
                      <Link
                        to={`/integrations/${channel.id}/listings?listing=${e.listing_id}`}
                        className="mono"
                      >
                        {e.sku}
                      </Link>
                    )}
                  </Table.Td>
                  <Table.Td>
                    {sentence(e.detail)}
                    <ChannelWords message={e.channel_message} requestId={e.request_id} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <LoadMore query={events} shown={rows.length} />
    </div>
  );
}

export function ActivityTab({ channel }: { channel: Schemas['Channel'] }) {
  const diagnosis = useQuery(channelDiagnosisQuery(channel.id));
  return (
    <div className="stack">
      <Card title="Diagnosis">
        <Ready query={diagnosis}>{(findings) => <Findings findings={findings} />}</Ready>
      </Card>
      <Runs channel={channel} />
      <Quarantine channel={channel} />
      <Events channel={channel} />
    </div>
  );
}
