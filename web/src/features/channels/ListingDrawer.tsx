import { Button, NumberInput, Table } from '@mantine/core';
import { Sheet } from '../../components/dialogs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, fieldErrors, ifMatch, must, type Schemas, type Tagged } from '../../api/client';
import { explanationQuery, listingDiagnosisQuery, listingQuery } from '../../api/queries';
import { Findings, ProblemAlert, Ready, Signed, Time } from '../../components/ui';
import { count, plural, signed, words } from '../../lib/format';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { ConnectedTag } from './ListingsTab';

type Listing = Schemas['Listing'];
type Explanation = Schemas['Explanation'];

const leftOutWords: Record<Explanation['left_out'][number]['reason'], string> = {
  no_warehouse: 'in no warehouse',
  status_not_counted: 'in a status that is not counted',
  warehouse_not_counted: 'in a warehouse that is not counted',
  committed: 'committed to an order',
};

function Terms({ e }: { e: Explanation }) {
  return (
    <div className="stack tight">
      <div className="sum" role="group" aria-label="How the target comes about">
        <span>Available: items in {e.counted_statuses.join(', ') || 'no status'}</span>
        <span>{count(e.available.quantity)}</span>
        <span>Outstanding: uncommitted units of open orders</span>
        <span>{signed(-e.outstanding.quantity)}</span>
        <span className="total">Calculated</span>
        <span className="total">
          <Signed value={e.calculated} />
        </span>
        <span>Reserve</span>
        <span>{signed(-e.reserve)}</span>
        <span>Cap</span>
        <span>{e.cap === null ? 'none' : count(e.cap)}</span>
        <span className="total">Target, told to Amazon</span>
        <span className="total">{count(e.target)}</span>
      </div>
      <details>
        <summary>{plural(e.available.quantity, 'item')} counted</summary>
        <ItemTable items={e.available.items} />
        <Rest shown={e.available.items.length} all={e.available.quantity} />
      </details>
      {e.left_out.length > 0 && (
        <details open>
          <summary>
            {plural(
              e.left_out.reduce((n, l) => n + l.count, 0),
              'item',
            )}{' '}
            left out
          </summary>
          <ul>
            {e.left_out.map((l, i) => (
              <li key={i}>
                {count(l.count)} {leftOutWords[l.reason]}
                {[l.status, l.warehouse].some(Boolean) &&
                  ` (${[l.status, l.warehouse].filter(Boolean).join(', ')})`}
              </li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>{plural(e.outstanding.quantity, 'unit')} outstanding</summary>
        <LineTable lines={e.outstanding.lines} />
      </details>
    </div>
  );
}

function Rest({ shown, all }: { shown: number; all: number }) {
  return all > shown ? <p className="hint">and {count(all - shown)} more</p> : null;
}

function ItemTable({ items }: { items: Explanation['available']['items'] }) {
  if (items.length === 0) return null;
  return (
    <Table>
      <Table.Tbody>
        {items.map((i) => (
          <Table.Tr key={i.item_id}>
            <Table.Td className="mono">
              <Link to={`/inventory?item=${i.item_id}`}>{i.esn}</Link>
            </Table.Td>
            <Table.Td>{i.status}</Table.Td>
            <Table.Td>{i.warehouse}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function LineTable({ lines }: { lines: Explanation['outstanding']['lines'] }) {
  if (lines.length === 0) return null;
  return (
    <Table>
      <Table.Tbody>
        {lines.map((l) => (
          <Table.Tr key={l.line_id}>
            <Table.Td className="nowrap">
              <Link to={`/orders/${l.order_id}`}>{l.order_number}</Link>
              <span className="under">{l.order_status}</span>
            </Table.Td>
            <Table.Td>{l.title}</Table.Td>
            <Table.Td className="num">{count(l.uncommitted)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Limits({ listing }: { listing: Tagged<Listing> }) {
  const me = useMe();
  const value = listing.value;
  const [reserve, setReserve] = useState(value.reserve);
  const [cap, setCap] = useState(value.cap);
  const save = useSave({
    run: () =>
      must(
        api.PATCH('/listings/{id}', {
          params: { path: { id: value.id }, header: ifMatch(listing.etag) },
          body: { reserve, cap },
        }),
      ),
    stale: ['listings', 'listing', 'explanation'],
    said: 'Saved',
  });
  const at = fieldErrors(save.error);
  const whole = (v: string | number) => (typeof v === 'number' ? v : null);
  return (
    <form
      className="stack tight"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <div className="cols2">
        <NumberInput
          label="Reserve of this listing"
          placeholder="as the channel"
          min={0}
          allowDecimal={false}
          value={reserve ?? ''}
          onChange={(v) => setReserve(whole(v))}
          error={at('/reserve')}
        />
        <NumberInput
          label="Cap of this listing"
          placeholder="as the channel"
          min={0}
          allowDecimal={false}
          value={cap ?? ''}
          onChange={(v) => setCap(whole(v))}
          error={at('/cap')}
        />
      </div>
      <ProblemAlert error={save.error} fields={['/reserve', '/cap']} />
      {me.can('channels', 'write') && (
        <div className="row end">
          <Button
            type="submit"
            size="sm"
            variant="default"
            loading={save.isPending}
            disabled={reserve === value.reserve && cap === value.cap}
          >
            Save reserve and cap
          </Button>
        </div>
      )}
    </form>
  );
}

export function ListingDrawer({
  id,
  onClose,
  onConnect,
}: {
  id: number;
  onClose: () => void;
  onConnect: (listing: Listing) => void;
}) {
  const me = useMe();
  const listing = useQuery(listingQuery(id));
  const diagnosis = useQuery(listingDiagnosisQuery(id));
  const value = listing.data?.value;
  const explanation = useQuery({ ...explanationQuery(id), enabled: value?.connected === true });
  return (
    <Sheet
      onClose={onClose}
      title={value ? <span className="mono">{value.sku}</span> : 'Listing'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Ready query={listing}>
        {(tagged) => (
          <div className="stack">
            <div className="row apart">
              <ConnectedTag listing={tagged.value} />
              {me.can('channels', 'write') && (
                <Button size="xs" variant="default" onClick={() => onConnect(tagged.value)}>
                  Change connection
                </Button>
              )}
            </div>
            <div>
              <strong>{tagged.value.title}</strong>
              <span className="under">
                {[
                  tagged.value.asin,
                  words(tagged.value.state),
                  tagged.value.condition && words(tagged.value.condition),
                ]
                  .filter(Boolean)
                  .join(' \u00b7 ')}
                {tagged.value.fulfillment === 'amazon' && ' \u00b7 fulfilled by Amazon'}
              </span>
            </div>
            <dl className="figures small">
              {(
                [
                  ['Last calculated', tagged.value.last_calculated],
                  ['Last synced', tagged.value.last_synced],
                  ['Last imported', tagged.value.last_imported],
                ] as const
              ).map(([label, q]) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd>
                    {q ? signed(q.quantity) : '\u2013'}
                    {q && (
                      <span className="under">
                        <Time at={q.at} />
                      </span>
                    )}
                  </dd>
                </div>
              ))}
            </dl>
            <section>
              <h3>Diagnosis</h3>
              <Ready query={diagnosis}>{(findings) => <Findings findings={findings} />}</Ready>
            </section>
            {tagged.value.connected && (
              <section>
                <h3>Where the quantity comes from</h3>
                <Ready query={explanation}>{(e) => <Terms e={e} />}</Ready>
              </section>
            )}
            <section>
              <h3>Stock it draws on</h3>
              {tagged.value.variations.length === 0 && <p className="hint">Nothing yet.</p>}
              <ul>
                {tagged.value.variations.map((v) => (
                  <li key={v.id}>
                    {v.title} {v.sku && <span className="mono">{v.sku}</span>}
                  </li>
                ))}
              </ul>
            </section>
            <Limits key={tagged.etag ?? tagged.value.updated_at} listing={tagged} />
            {tagged.value.issues.length > 0 && (
              <section>
                <h3>Amazon says</h3>
                <ul>
                  {tagged.value.issues.map((issue, i) => (
                    <li key={i}>
                      <span className="mono">{issue.code}</span> {issue.message}
                      {tagged.value.marketplace_ids.length > 1 && (
                        <span className="under mono">{issue.marketplace_ids.join(', ')}</span>
                      )}
                    </li>
                  ))}
                </ul>
              </section>
            )}
          </div>
        )}
      </Ready>
    </Sheet>
  );
}
