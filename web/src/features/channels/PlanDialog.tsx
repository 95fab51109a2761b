import { Alert, Button, SegmentedControl, Table } from '@mantine/core';
import { Dialog } from '../../components/dialogs';
import { useInfiniteQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { quantityPlanQuery } from '../../api/queries';
import { Empty, LoadMore, Loading, ProblemAlert } from '../../components/ui';
import { count } from '../../lib/format';

const reasonWords: Record<Schemas['PlanRow']['reason'], string> = {
  rise: 'rises',
  fall: 'falls',
  fall_to_zero: 'falls to zero',
  no_difference: 'no difference',
  not_connected: 'not connected',
  ended: 'ended',
  amazon_fulfilled: 'fulfilled by Amazon, never sent',
  nothing_counted: 'no status or no warehouse is counted, nothing is sent',
  live_unknown: 'live quantity unknown',
};

type Filter = Parameters<typeof quantityPlanQuery>[1];

/** The dry run: what would be sent, before anything is. */
export function PlanDialog({
  channel,
  filter,
  title,
  confirm,
  busy,
  error,
  onConfirm,
  onClose,
}: {
  channel: Schemas['Channel'];
  filter: Filter;
  title: string;
  confirm: string | null;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const [show, setShow] = useState<'send' | 'all'>('send');
  const plan = useInfiniteQuery({
    ...quantityPlanQuery(channel.id, show === 'send' ? { ...filter, send: true } : filter),
    gcTime: 0, // a plan is only true now
    placeholderData: (before) => before,
  });
  const first = plan.data?.pages[0];
  const rows = plan.data?.pages.flatMap((p) => p.data) ?? [];
  return (
    <Dialog onClose={onClose} title={title} size="xl">
      <ProblemAlert error={plan.error} />
      {!first && !plan.error && <Loading what="Computing the plan" />}
      {first && (
        <div className="stack">
          <dl className="figures">
            {(
              [
                ['To send', first.totals.to_send],
                ['Rise', first.totals.rise],
                ['Fall', first.totals.fall],
                ['Fall to zero', first.totals.fall_to_zero],
                ['No difference', first.totals.no_difference],
                ['Left out', first.totals.left_out],
              ] as const
            ).map(([label, n]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{count(n)}</dd>
              </div>
            ))}
          </dl>
          {first.would_brake && (
            <Alert color="orange" icon={<TriangleAlert />} c="#5c3800" title="Many listings would go to zero">
              Check the counted statuses and warehouses first: a missing one makes stock invisible.
            </Alert>
          )}
          <SegmentedControl
            aria-label="Rows"
            value={show}
            onChange={setShow}
            data={[
              { value: 'send', label: 'To send' },
              { value: 'all', label: 'All listings' },
            ]}
          />
          <div className="scroll plan-rows" tabIndex={0} role="region" aria-label="Planned quantities">
            <Table stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>SKU</Table.Th>
                  <Table.Th className="num">On Amazon</Table.Th>
                  <Table.Th className="num">Wanted</Table.Th>
                  <Table.Th>Why</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.listing_id}>
                    <Table.Td className="title">
                      <span className="mono">{row.sku}</span>
                      <span className="under">{row.title}</span>
                    </Table.Td>
                    <Table.Td className="num">{row.live === null ? '\u2013' : count(row.live)}</Table.Td>
                    <Table.Td className="num">
                      <strong className={row.wanted === 0 && row.send ? 'neg' : undefined}>
                        {row.wanted === null ? '\u2013' : count(row.wanted)}
                      </strong>
                    </Table.Td>
                    <Table.Td>{reasonWords[row.reason]}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            {rows.length === 0 && <Empty title="Nothing to send">Amazon already has every quantity.</Empty>}
          </div>
          <LoadMore query={plan} shown={rows.length} />
          <ProblemAlert error={error} />
          <div className="row end">
            <Button variant="default" onClick={onClose}>
              Not now
            </Button>
            {confirm && (
              <Button loading={busy} onClick={onConfirm} data-autofocus>
                {confirm}
              </Button>
            )}
          </div>
        </div>
      )}
    </Dialog>
  );
}
