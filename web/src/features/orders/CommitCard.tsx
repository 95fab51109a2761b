import { Alert, Button, SegmentedControl, Switch, Textarea } from '@mantine/core';
import { Lock } from 'lucide-react';
import { useState } from 'react';
import { api, must, problemOf, type Schemas } from '../../api/client';
import { ScanField } from '../../components/ScanField';
import { ScanLog, ScanResult, type Scan } from '../../components/ScanResult';
import { Card, ProblemAlert } from '../../components/ui';
import { plural, sentence } from '../../lib/format';
import { chunks, splitList } from '../../lib/lines';
import { useQueue } from '../../lib/queue';
import { useScans } from '../../lib/scans';
import { usePutOrder } from './useOrder';

type Order = Schemas['Order'];
type Way = 'scans' | 'esns' | 'hex_ids';
type Outcome = Pick<Scan, 'state' | 'title' | 'detail'>;

const mostAtOnce = 1000; // what one call takes

/** What one row of the answer means for the person with the scanner. */
function outcomeOf(row: Schemas['CommitmentRow'], order: Order): Outcome {
  if (!row.committed) return { state: 'bad', title: sentence(row.detail ?? 'refused') };
  const item = order.items.find((i) => i.item_id === row.item_id);
  const detail = item ? `${item.hex_id} \u00b7 ${item.variation_title}` : undefined;
  const place = item ? order.lines.findIndex((l) => l.id === item.line_id) : -1;
  if (place >= 0) return { state: 'good', title: `Committed to line ${place + 1}`, detail };
  // Right where an order has no lines; where it has some, this is the wrong phone in hand, or one too many.
  return order.lines.length === 0
    ? { state: 'good', title: 'Committed', detail }
    : { state: 'warn', title: 'Committed, but fits no line', detail };
}

function idleWords(order: Order): string {
  if (order.lines.length === 0) return 'Scan the first one';
  return order.unknown_sku ? 'No known line has units to go' : 'Every line is committed';
}

function Forbidden({ order }: { order: Order }) {
  return (
    <Alert color="gray" icon={<Lock />} title={`${order.status} does not allow commitment`} c="#16203a">
      Change the order status first, or let this status allow commitment in Settings.
    </Alert>
  );
}

function PasteList({
  way,
  onCommit,
}: {
  way: 'esns' | 'hex_ids';
  onCommit: (list: string[], atomic: boolean) => void;
}) {
  const [text, setText] = useState('');
  const [atomic, setAtomic] = useState(false);
  const list = splitList(text);
  const tooMany = atomic && list.length > mostAtOnce;
  return (
    <div className="stack tight">
      <Textarea
        label={way === 'esns' ? 'ESNs' : 'Hex IDs'}
        description="One a line, or with commas between"
        classNames={{ input: 'mono' }}
        autosize
        minRows={4}
        maxRows={12}
        value={text}
        onChange={(e) => setText(e.currentTarget.value)}
        error={tooMany ? `All or none takes at most ${mostAtOnce}` : undefined}
      />
      <div className="row apart">
        <Switch
          label="All or none"
          description="One refused row stops the others"
          checked={atomic}
          onChange={(e) => setAtomic(e.currentTarget.checked)}
        />
        <Button
          disabled={list.length === 0 || tooMany}
          onClick={() => {
            onCommit(list, atomic);
            setText('');
          }}
        >
          {list.length === 0 ? 'Commit' : `Commit ${plural(list.length, 'item')}`}
        </Button>
      </div>
    </div>
  );
}

export function CommitCard({ order }: { order: Order }) {
  const putOrder = usePutOrder();
  const [way, setWay] = useState<Way>('scans');
  const [error, setError] = useState<unknown>(null);
  const [despite, setDespite] = useState(false);
  const asksToCancel = order.warnings.some((w) => w.code === 'cancel_requested');
  const { scans, add, settle, sound, toggleSound } = useScans();
  const enqueue = useQueue();

  function commit(kind: Way, inputs: string[], atomic: boolean) {
    setError(null);
    for (const part of chunks(inputs, mostAtOnce)) {
      const keys = part.map(add);
      const show = (rows: Schemas['CommitmentRow'][], of: Order) =>
        rows.forEach((row, i) => {
          const key = keys[i];
          if (key !== undefined) settle(key, outcomeOf(row, of));
        });
      enqueue(async () => {
        try {
          const answer = await must(
            api.POST('/orders/{id}/commitments', {
              params: { path: { id: order.id } },
              body: {
                [kind]: part,
                ...(atomic ? { atomic } : {}),
                ...(asksToCancel && despite ? { despite_cancel_request: true } : {}),
              },
            }),
          );
          show(answer.results, answer.order);
          putOrder(answer.order);
        } catch (e) {
          const { results } = problemOf(e);
          if (results) return show(results, order); // others have them: each row says which order
          const title = part.length === 1 ? problemOf(e).detail : 'Not committed';
          for (const key of keys) settle(key, { state: 'bad', title });
          if (part.length > 1) setError(e);
        }
      });
    }
  }

  const toGo = order.lines.reduce((n, line) => n + (line.unknown_sku ? 0 : line.uncommitted), 0);
  const good = scans.filter((s) => s.state === 'good' || s.state === 'warn').length;
  const bad = scans.filter((s) => s.state === 'bad').length;
  return (
    <Card
      title="Commit"
      action={
        order.allow_commitment && (
          <Switch label="Sound" checked={sound} onChange={(e) => toggleSound(e.currentTarget.checked)} />
        )
      }
    >
      <div className="stack tight">
        {!order.allow_commitment && <Forbidden order={order} />}
        {order.allow_commitment && (
          <>
            <SegmentedControl
              aria-label="How to commit"
              value={way}
              onChange={setWay}
              data={[
                { value: 'scans', label: 'Scan' },
                { value: 'esns', label: 'Paste ESNs' },
                { value: 'hex_ids', label: 'Paste Hex IDs' },
              ]}
            />
            {asksToCancel && (
              <Switch
                label="Also what the buyer asked to cancel"
                checked={despite}
                onChange={(e) => setDespite(e.currentTarget.checked)}
              />
            )}
            {way === 'scans' ? (
              <>
                <ScanField label="ESN or Hex ID" onScan={(text) => commit('scans', [text], false)} />
                <ScanResult
                  scan={scans[0]}
                  idle={toGo > 0 ? `${plural(toGo, 'unit')} to go` : idleWords(order)}
                />
              </>
            ) : (
              <PasteList key={way} way={way} onCommit={(list, atomic) => commit(way, list, atomic)} />
            )}
          </>
        )}
        <ProblemAlert error={error} />
        {scans.length > 0 && (
          <p className="hint tally" role="status">
            {plural(good, 'item')} committed{bad > 0 && `, ${bad} refused`}
            {toGo > 0 && `, ${plural(toGo, 'unit')} to go`}
          </p>
        )}
        <ScanLog scans={way === 'scans' ? scans.slice(1) : scans} />
      </div>
    </Card>
  );
}
